import { expect } from 'chai';
import type { Logger } from '../../src/log.ts';
import { FailedHandshakes } from '../../src/server/failed-handshakes.ts';

const LISTENER = { address: '10.0.0.53', port: 853 };

describe('server/failed-handshakes', () => {
  let lines: string[];
  let failed: FailedHandshakes;
  beforeEach(() => {
    lines = [];
    const log = { warn: (line: string) => lines.push(line) } as unknown as Logger;
    failed = new FailedHandshakes({ unsecured: () => {} }, log);
  });

  const add = (fault: 'alpn' | 'not-tls', at: number, address = '192.0.2.7') =>
    failed.add(fault, { address, port: 4711 }, LISTENER, at);

  it('counts each by its reason', () => {
    for (const fault of ['alpn', 'not-tls', 'alpn'] as const) add(fault, 0);
    const counts = Object.fromEntries(failed.counts.map(({ reason, total }) => [reason, total]));
    expect(counts).to.include({ alpn: 2, 'not-tls': 1, timeout: 0 });
  });

  it('logs one a minute of each reason, and how many there were', () => {
    add('alpn', 0);
    for (let at = 1; at < 60_000; at += 1000) add('alpn', at);
    add('not-tls', 500);
    expect(lines).to.deep.equal([
      'TLS handshake of 192.0.2.7:4711 at 10.0.0.53:853 failed: alpn',
      'TLS handshake of 192.0.2.7:4711 at 10.0.0.53:853 failed: not-tls',
    ]);
    add('alpn', 60_000, '2001:db8::7');
    expect(lines.at(-1)).to.equal(
      'TLS handshake of [2001:db8::7]:4711 at 10.0.0.53:853 failed: alpn, and 60 before it',
    );
  });
});
