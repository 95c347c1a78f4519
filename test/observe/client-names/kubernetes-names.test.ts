import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { KubernetesNames } from '../../../src/observe/client-names/kubernetes-names.ts';
import { describeWith } from '../../e2e/processes.ts';
import { makeIdentity } from '../../world/certificates.ts';
import { KubernetesServer, type KubernetesThing } from '../../world/kubernetes-server.ts';

function thing(uid: string, name: string, more: object): KubernetesThing {
  return { metadata: { uid, name, namespace: 'shop' }, ...more };
}

const pod = (uid: string, name: string, ips: readonly string[], more: object = {}) =>
  thing(uid, name, { status: { podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) }, ...more });

describeWith(['openssl'], 'observe/client-names/kubernetes', () => {
  const identity = makeIdentity('api', { names: ['127.0.0.1'] });
  let folder: string;
  let server: KubernetesServer;
  let names: KubernetesNames;
  let said: string[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-kubernetes-'));
    server = await KubernetesServer.start(identity);
    writeFileSync(join(folder, 'token'), 'first\n');
    writeFileSync(join(folder, 'ca.crt'), identity.certificate);
    said = [];
    names = follow();
  });
  afterEach(() => {
    names.close();
    server.close();
    rmSync(folder, { recursive: true });
  });

  function follow(): KubernetesNames {
    const [tokenFile, caFile] = ['token', 'ca.crt'].map((file) => join(folder, file));
    const access = { server: server.url, tokenFile: tokenFile!, caFile: caFile! };
    return new KubernetesNames(access, (why) => said.push(why));
  }

  /** Waits until an address has this name: each look lets the watch go on. */
  async function becomes(address: string, name: string | undefined): Promise<void> {
    while ((await names.nameOf(address)) !== name) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const watches = () => server.asked.filter((one) => one.includes('pods?watch=1'));
  const lists = () => server.asked.filter((one) => /pods\?limit=\d+$/.test(one));

  it('has pods and services by all of their addresses, page by page', async () => {
    server.set('pods', pod('1', 'web-0', ['10.1.0.5', 'FD00:0::5']));
    server.set(
      'pods',
      pod('2', 'job-1', ['10.1.0.6'], { status: { podIP: '10.1.0.6', phase: 'Succeeded' } }),
    );
    server.set('pods', pod('3', 'agent', ['10.9.0.1'], { spec: { hostNetwork: true } }));
    server.set('pods', thing('4', 'pending', {}));
    server.set('pods', pod('5', 'web-1', ['10.1.0.7']));
    server.set(
      'services',
      thing('6', 'web', { spec: { clusterIP: '10.2.0.1', clusterIPs: ['10.2.0.1', 'fd01::1'] } }),
    );
    server.set('services', thing('7', 'headless', { spec: { clusterIP: 'None' } }));
    // A machine that is busy lists for longer than a name is waited for.
    await becomes('10.1.0.7', 'web-1.shop');
    await becomes('10.2.0.1', 'web.shop.svc');
    const found: Record<string, string | undefined> = {};
    const asked = [
      '10.1.0.5',
      'fd00::5',
      '10.1.0.6',
      '10.9.0.1',
      '10.1.0.7',
      '10.2.0.1',
      'fd01::1',
    ];
    for (const address of asked) found[address] = await names.nameOf(address);
    expect(found).to.deep.equal({
      '10.1.0.5': 'web-0.shop',
      'fd00::5': 'web-0.shop',
      '10.1.0.6': undefined,
      '10.9.0.1': undefined,
      '10.1.0.7': 'web-1.shop',
      '10.2.0.1': 'web.shop.svc',
      'fd01::1': 'web.shop.svc',
    });
    expect(await names.addressesOf('web-0.shop')).to.deep.equal(['10.1.0.5', 'fd00::5']);
    expect(server.asked.some((one) => one.includes('continue=4'))).to.equal(true);
    expect(said).to.deep.equal([]);
  });

  it('follows what is added, changed and deleted, and an address that passes on', async () => {
    const first = pod('1', 'web-0', ['10.1.0.5']);
    server.set('pods', first);
    await becomes('10.1.0.5', 'web-0.shop');
    await server.hears(/pods\?watch=1/);
    server.set('pods', pod('2', 'web-1', ['10.1.0.5']));
    await becomes('10.1.0.5', 'web-1.shop');
    // The deletion of the old one comes late.
    server.delete('pods', first);
    server.set('pods', pod('3', 'web-2', ['10.1.0.8']));
    await becomes('10.1.0.8', 'web-2.shop');
    expect(await names.nameOf('10.1.0.5')).to.equal('web-1.shop');
    server.set('pods', pod('2', 'web-1', ['10.1.0.9']));
    await becomes('10.1.0.9', 'web-1.shop');
    expect(await names.nameOf('10.1.0.5')).to.equal(undefined);
  });

  it('goes on from a bookmark when a watch has ended, without a list', async () => {
    await names.nameOf('10.1.0.5');
    await server.hears(/pods\?watch=1/);
    server.bookmark('pods');
    server.endWatches();
    await server.hears(/pods\?watch=1&resourceVersion=101/);
    server.set('pods', pod('1', 'web-0', ['10.1.0.5']));
    await becomes('10.1.0.5', 'web-0.shop');
    expect(lists()).to.have.lengthOf(1);
    expect(watches()[0]).to.include('allowWatchBookmarks=true').and.include('timeoutSeconds=');
  });

  for (const inStream of [true, false]) {
    it(`lists anew when its version is gone: ${inStream ? 'by an event' : 'by status 410'}`, async () => {
      const old = pod('1', 'web-0', ['10.1.0.5']);
      server.set('pods', old);
      await becomes('10.1.0.5', 'web-0.shop');
      await server.hears(/pods\?watch=1/);
      server.delete('pods', old);
      server.set('pods', pod('2', 'web-9', ['10.1.0.9']));
      server.expire(inStream);
      await becomes('10.1.0.9', 'web-9.shop');
      expect(await names.nameOf('10.1.0.5')).to.equal(undefined);
      expect(said).to.deep.equal([]);
    });
  }

  it('reads its token again, and says once that an old one is not taken', async () => {
    server.token = 'second';
    server.set('pods', pod('1', 'web-0', ['10.1.0.5']));
    expect(await names.nameOf('10.1.0.5')).to.equal(undefined);
    expect(said.join()).to.match(
      /^clientNames: https:\/\/127\.0\.0\.1:\d+\/api\/v1\/\w+: answers 401: .*Unauthorized/,
    );
    expect(said).to.have.lengthOf(1);
    writeFileSync(join(folder, 'token'), 'second\n');
    await becomes('10.1.0.5', 'web-0.shop');
  });

  it('tells nothing to a server that its authorities do not vouch for', async () => {
    writeFileSync(join(folder, 'ca.crt'), makeIdentity('other').certificate);
    expect(await names.nameOf('10.1.0.5')).to.equal(undefined);
    expect(said[0]).to.match(/self-signed certificate|unable to verify/);
    expect(server.asked).to.deep.equal([]);
  });

  it('says that a file is missing', async () => {
    rmSync(join(folder, 'token'));
    expect(await names.nameOf('10.1.0.5')).to.equal(undefined);
    expect(said[0])
      .to.match(/token/)
      .and.match(/ENOENT/);
  });
});
