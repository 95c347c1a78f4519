import { expect } from 'chai';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';
import { KubernetesServer } from '../world/kubernetes-server.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';

describeWith(['openssl'], 'admin/names-of', () => {
  let site: ServedSite;
  let cluster: KubernetesServer;
  before(async () => {
    const identity = makeIdentity('api', { names: ['127.0.0.1'] });
    cluster = await KubernetesServer.start(identity);
    const metadata = { uid: '1', name: 'web-0', namespace: 'shop' };
    cluster.set('pods', { metadata, status: { podIP: '127.0.0.7' } });
    site = new ServedSite();
    site.write('ca.crt', identity.certificate);
    site.write('token', 'first');
    site.write('hosts', '127.0.0.8 laptop-17\n127.0.0.7 not-first\n');
    const kubernetes = `{ server: "${cluster.url}", token: token, ca: ca.crt }`;
    const names = `clientNames: [{ kubernetes: ${kubernetes} }, { hosts: hosts }]\n`;
    await site.start(forwardTo('127.0.0.1:9', '192.0.2.1: allow') + names);
  });
  after(async () => {
    await site.close();
    cluster.close();
  });

  it('takes names from a cluster and from files, in their order', async () => {
    const { names } = await site.json('/api/v1/client-names?addresses=127.0.0.7,127.0.0.8');
    expect(names).to.deep.equal({ '127.0.0.7': 'web-0.shop', '127.0.0.8': 'laptop-17' });
  });

  it('finds the address of a pod by its name', async () => {
    const explained = await site.json('/api/v1/explain?client=web-0.shop&name=example.com');
    expect(explained.decision.client).to.equal('127.0.0.7');
  });

  it('asks no more when the configuration has no cluster any more', async () => {
    site.configure(
      `${forwardTo('127.0.0.1:9', '192.0.2.1: allow')}clientNames: [{ hosts: hosts }]\n`,
    );
    expect((await site.http('/api/v1/reload', { method: 'POST' })).status).to.equal(200);
    const { names } = await site.json('/api/v1/client-names?addresses=127.0.0.7');
    expect(names).to.deep.equal({ '127.0.0.7': 'not-first' });
  });
});
