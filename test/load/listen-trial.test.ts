import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { tryListeners } from '../../src/load/listen-trial.ts';

const UPSTREAMS = 'upstreams: { default: { servers: [192.0.2.1] } }\n';

async function problemsOf(yaml: string): Promise<readonly string[]> {
  const config = parseConfig('site.yaml', `${UPSTREAMS}${yaml}`);
  const problems = await tryListeners(config);
  return problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('load/listen-trial', () => {
  it('finds nothing wrong with addresses that are free', async () => {
    const yaml =
      'listen: ["127.0.0.1:0", "[::1]:0", "0.0.0.0:0"]\nadmin: { listen: "127.0.0.1:0" }\n';
    expect(await problemsOf(yaml)).to.deep.equal([]);
  });

  it('finds an address that is taken by UDP', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();
    const problems = await problemsOf(
      `listen: ["127.0.0.1:0", "127.0.0.1:${port}"]\nadmin: { listen: "127.0.0.1:0" }\n`,
    );
    other.close();
    expect(problems).to.have.lengthOf(1);
    expect(problems[0]).to.match(
      new RegExp(`^2:25: cannot listen on 127\\.0\\.0\\.1:${port}: the address is in use by `),
    );
  });

  it('finds one that is taken by TCP, also the one of admin', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const problems = await problemsOf(
      `listen: ["127.0.0.1:0"]\nadmin: { listen: "127.0.0.1:${port}" }\n`,
    );
    other.close();
    expect(problems).to.have.lengthOf(1);
    expect(problems[0]).to.match(/^3:\d+: cannot listen on .*the address is in use/);
  });

  it('finds an address that this host lacks', async () => {
    const problems = await problemsOf(
      'listen: ["192.0.2.77:0"]\nadmin: { listen: "127.0.0.1:0" }\n',
    );
    expect(problems).to.have.lengthOf(1);
    expect(problems[0]).to.match(
      /^2:10: cannot listen on 192\.0\.2\.77:0: this host does not have/,
    );
  });
});
