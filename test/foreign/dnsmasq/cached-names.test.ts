/** Names above others: which of them dnsmasq takes for a host's depends on what its cache got first. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readDnsmasq } from '../../../src/foreign/dnsmasq/dnsmasq.ts';
import { toPolicy } from '../../../src/foreign/foreign-policy.ts';
import type { Policy } from '../../../src/policy/compile.ts';
import { findPort } from '../../e2e/peers.ts';
import { cleanUp, describeWith, makeFolder } from '../../e2e/processes.ts';
import type { Upstream } from '../../world/upstream.ts';
import { outcomeBy, outcomeOf, startResolution } from '../differential/outcome.ts';
import { startDnsmasq } from './started-dnsmasq.ts';

const ZONE = 'zone.example';

const MAIL: readonly { readonly name: string; readonly is: string; readonly fate: string }[] = [
  { name: 'x.above', is: 'of a host', fate: 'NOERROR' },
  { name: 'above', is: 'above a host', fate: 'NOERROR' },
  { name: 'both', is: 'above a host and an alias', fate: 'forward' },
  { name: 'host.both', is: 'of a host above an alias', fate: 'NOERROR' },
  { name: 'text', is: 'above a host, with a text', fate: 'forward' },
  { name: 'service', is: 'above a host, with a service', fate: 'forward' },
  { name: 'pointer', is: 'above a host, with a pointer', fate: 'forward' },
  { name: 'raw', is: 'above a host, with a record in hexadecimal', fate: 'NOERROR' },
  { name: 'beside', is: 'above a host and a text', fate: 'NOERROR' },
  { name: 'late', is: 'with a text, above a host of hostsdir', fate: 'NOERROR' },
  { name: 'later', is: 'above a text and a host of hostsdir', fate: 'forward' },
  { name: 'soon', is: 'above a text and a host of hostsdir and of a file', fate: 'NOERROR' },
  { name: 'none', is: 'of nothing', fate: 'forward' },
  { name: hostname(), is: 'of this host', fate: 'NOERROR' },
];

/** Of zones for everybody: a name that the cache has exists, and the others do not. */
const IN_ZONE: readonly { readonly name: string; readonly is: string; readonly fate: string }[] = [
  { name: `host.${ZONE}`, is: 'above a host', fate: 'NOERROR' },
  { name: `pointer.${ZONE}`, is: 'above a host, with a pointer', fate: 'NXDOMAIN' },
  {
    name: `over.${ZONE}`,
    is: 'with a pointer, above another that dnsmasq puts in later',
    fate: 'NOERROR',
  },
  { name: `none.${ZONE}`, is: 'of nothing', fate: 'NXDOMAIN' },
];

const LINES = `no-resolv
no-hosts
listen-address=127.0.0.1
localmx
addn-hosts=DIR/hosts
hostsdir=DIR/late
cname=alias.both,far.example
cname=alias.host.both,far.example
host-record=x.both,host.both,192.0.2.2
txt-record=text,hi
srv-host=service,target.example,443
ptr-record=pointer,target.example
dns-rr=raw,51,01
txt-record=y.beside,hi
txt-record=late,hi
txt-record=y.later,hi
txt-record=y.soon,hi
auth-server=ns.${ZONE}
auth-zone=${ZONE}
ptr-record=pointer.${ZONE},target.example
ptr-record=y.over.${ZONE},target.example
ptr-record=over.${ZONE},target.example
`;

const HOSTS = `192.0.2.1 x.above x.text x.service x.pointer x.raw x.beside x.soon
192.0.2.3 x.host.${ZONE} x.pointer.${ZONE} x.over.${ZONE}
`;

const LATE = '192.0.2.4 x.late x.later x.soon\n';

describeWith(['dnsmasq'], 'names above others, by dnsmasq and by our explanation', () => {
  let upstream: Upstream;
  let policy: Policy;
  let port: number;
  let id = 0;

  before(async () => {
    upstream = await startResolution();
    const folder = makeFolder();
    port = await findPort();
    mkdirSync(join(folder, 'late'));
    writeFileSync(join(folder, 'hosts'), HOSTS);
    writeFileSync(join(folder, 'late', 'hosts'), LATE);
    const lines = LINES.replaceAll('DIR', folder);
    const config = join(folder, 'dnsmasq.conf');
    writeFileSync(config, `port=${port}\nserver=127.0.0.1#${upstream.port}\n${lines}`);
    await startDnsmasq(folder);
    ({ policy } = toPolicy(config, readDnsmasq(config)));
  });

  after(async () => {
    upstream.close();
    await cleanUp();
  });

  async function bothSay(name: string, type: string) {
    const asked = {
      ...{ client: '127.0.0.1', name, type, rrClass: 'IN', opcode: 'QUERY', rd: true },
      transport: 'udp' as const,
    };
    const ours = outcomeBy(policy, asked);
    const theirs = await outcomeOf(port, asked, { upstream, expected: ours, id: ++id });
    return { dnsmasq: theirs.fate, explained: ours.fate };
  }

  for (const { name, is, fate } of MAIL) {
    it(`mail for a name ${is}: ${fate}`, async () => {
      expect(await bothSay(name, 'MX')).to.deep.equal({ dnsmasq: fate, explained: fate });
    });
  }

  for (const { name, is, fate } of IN_ZONE) {
    it(`a name of a zone, ${is}: ${fate}`, async () => {
      expect(await bothSay(name, 'TXT')).to.deep.equal({ dnsmasq: fate, explained: fate });
    });
  }
});
