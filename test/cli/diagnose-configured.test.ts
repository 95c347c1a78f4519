/** `diagnose --config`: the line of the server's own configuration. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const REFUSED = 5;

describe('cli/diagnose --config', () => {
  let folder: string;
  let server: Upstream;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-configured-'));
    server = await Upstream.start(({ octets }) => answerTo(octets, { rcode: REFUSED }));
  });

  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function diagnosed(name: string, file: string, text: string, ...more: readonly string[]) {
    const config = join(folder, file);
    writeFileSync(config, text);
    const at = `127.0.0.1:${server.port}`;
    const args = ['diagnose', name, '--server', at, '--config', config, '--timeout', '200ms'];
    const printed = await runProgram([...args, ...more]);
    return { ...printed, stdout: printed.stdout.replaceAll(`${folder}/`, '') };
  }

  it('shows the line of a BIND that refuses', async () => {
    const { stdout, code } = await diagnosed(
      'www.example',
      'named.conf',
      'options {\n  recursion yes;\n  allow-recursion { 10.0.0.0/8; };\n};\n',
    );
    expect(stdout).to.match(/\n {2}configured +allow-recursion.* at named\.conf:3 \(REFUSED\)\n/);
    expect(code).to.equal(1);
  });

  it('says when the server has done something else', async () => {
    const { stdout } = await diagnosed(
      'www.example',
      'dnsmasq.conf',
      'no-resolv\nno-hosts\nserver=192.0.2.1\n',
    );
    expect(stdout).to.contain(
      'server=192.0.2.1 at dnsmasq.conf:3 (forward): that is not what it did',
    );
  });

  it('has it in JSON, for the server that the configuration is of', async () => {
    const text = `port=${server.port}\nlisten-address=127.0.0.1\nno-resolv\nno-hosts\nserver=/lan/192.0.2.1\n`;
    const { stdout } = await diagnosed(
      'www.example',
      'dnsmasq.conf',
      text,
      '--json',
      '--server',
      '127.0.0.1:1',
    );
    const { findings } = JSON.parse(stdout);
    const rule = 'no server for the name';
    expect(findings.map(({ configured }: { configured?: object }) => configured)).to.deep.equal([
      { fate: 'REFUSED', rule, agrees: true },
      undefined,
    ]);
  });

  it('reports what is wrong with the configuration', async () => {
    const { stderr, code } = await diagnosed(
      'www.example',
      'named.conf',
      'options { recursion',
      '--from',
      'bind',
    );
    expect(stderr).to.contain('named.conf:1:');
    expect(code).to.equal(2);
  });
});
