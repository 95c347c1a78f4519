import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../src/config/problem.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';

const NOWHERE = forwardTo('127.0.0.1:9');

/** How the program that runs the tests is named: it holds the addresses. */
const OWN = `${basename(readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0]!)} (pid ${process.pid})`;

describe('server start', () => {
  let site: ServedSite;
  beforeEach(() => {
    site = new ServedSite();
  });
  afterEach(() => site?.close());

  /** The one problem that is in the way; its place without the folder. */
  async function problem(): Promise<string> {
    const error = await site.start().catch((reason) => reason);
    expect(error).to.be.instanceOf(ConfigError);
    expect(error.problems).to.have.lengthOf(1);
    expect(error.message).to.not.include('\n');
    return error.message.replaceAll(`${site.folder}/`, '');
  }

  function listening(parts: { listen?: string; admin?: string; log?: string }): void {
    const { listen = '127.0.0.1:0', admin = '127.0.0.1:0', log = 'decisions.log' } = parts;
    const common = `threads: 0\nlisten: ["${listen}"]\nadmin: { listen: "${admin}" }\n`;
    site.configure(NOWHERE, `${common}decisionLog: { to: ${log} }\n`);
  }

  it('says that the configuration is not there', async () => {
    expect(await problem()).to.match(
      /^site\.yaml:1:1: cannot be read: ENOENT.*; expect a configuration file$/,
    );
  });

  it('says all that is wrong with the configuration', async () => {
    site.configure(
      'acl: { query: { office: allow } }\nupstreams: { default: { servers: [here] } }',
    );
    const error = await site.start().catch((reason) => reason);
    expect(error.problems).to.have.lengthOf(2);
  });

  it('says that the port is in use by somebody who takes datagrams', async () => {
    const other = createSocket('udp4').bind(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address();
    listening({ listen: `127.0.0.1:${port}` });
    expect(await problem()).to.equal(
      `site.yaml:2:10: cannot listen on 127.0.0.1:${port}: the address is in use by ${OWN}; stop the other program or expect another port here`,
    );
    other.close();
  });

  for (const key of ['listen', 'admin'] as const) {
    it(`says that the port of ${key} is in use by somebody who takes connections`, async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as { port: number };
      listening({ [key]: `127.0.0.1:${port}` });
      expect(await problem()).to.match(
        new RegExp(
          `^site\\.yaml:[23]:\\d+: cannot listen on 127\\.0\\.0\\.1:${port}: the address is in use by `,
        ),
      );
      other.close();
    });
  }

  it('says that the host does not have the address', async () => {
    listening({ listen: '192.0.2.1:5300' });
    expect(await problem()).to.equal(
      'site.yaml:2:10: cannot listen on 192.0.2.1:5300: this host does not have the address; expect one of its own',
    );
  });

  it('lets go of what it has when it cannot have the rest', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const free = createSocket('udp4').bind(0, '127.0.0.1');
    await once(free, 'listening');
    const own = free.address().port;
    free.close();
    listening({ listen: `127.0.0.1:${own}`, admin: `127.0.0.1:${port}` });
    await problem();
    other.close();
    listening({ listen: `127.0.0.1:${own}` });
    await site.start();
    expect(site.target().port).to.equal(own);
  });

  it('says that the decision log cannot be written', async () => {
    listening({ log: 'missing/decisions.log' });
    expect(await problem()).to.match(
      /^site\.yaml:4:20: decisionLog\.to cannot be written: ENOENT.*; expect a file in a folder that exists$/,
    );
  });

  it('says that a policy zone cannot be read', async () => {
    site.configure(`${NOWHERE}policies: [{ name: malware, rpz: malware.rpz }]\n`);
    expect(await problem()).to.match(
      /^site\.yaml:10:\d+: malware\.rpz cannot be read: ENOENT.*; expect a zone file$/,
    );
  });

  it('says where a policy zone is wrong', async () => {
    site.write('malware.rpz', '$ORIGIN rpz.example.\n$TTL 60\nbad.example 60 IN CNAMEX .\n');
    site.configure(`${NOWHERE}policies: [{ name: malware, rpz: malware.rpz }]\n`);
    const error = await site.start().catch((reason) => reason);
    expect(error).to.be.instanceOf(ConfigError);
    expect(error.message).to.match(/malware\.rpz:3:\d+: .*; expect /);
  });

  it('serves each of its addresses', async () => {
    site.configure(NOWHERE, COMMON.replace('["127.0.0.1:0"]', '["127.0.0.1:0", "127.0.0.2:0"]'));
    await site.start();
    const octets = message({ id: 1, flags: Flag.RD, questions: [question('localhost')] });
    for (const [i, { address, port }] of site.server.endpoints.entries()) {
      expect(address).to.equal(`127.0.0.${i + 1}`);
      const answer = await askUdp({ address, port }, octets);
      expect(answer[3]! & 0x0f).to.equal(0);
    }
    const listeners = site.records().map((record) => record['listener']);
    expect(listeners).to.deep.equal(
      site.server.endpoints.map(({ address, port }) => `${address}:${port}`),
    );
  });
});
