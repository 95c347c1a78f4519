/** The servers that docs/runbook.md is about, behind the forwarder that it shows. */

import { startNsd, startUnbound } from './peers.ts';

const SOA = '@ SOA ns.example.net. hostmaster.example.net. 2026112101 7200 3600 1209600 300';
const ROOT = `$TTL 300
${SOA}
@ NS ns.example.net.
ns.example.net. A 127.0.0.1
www.example.com. A 192.0.2.80
mail.example.com. A 192.0.2.25
casino.example.com. A 192.0.2.66
www.filtered.example. A 192.0.2.90
ads.example. A 192.0.2.91
`;
const CORP = `$TTL 300
${SOA}
@ NS ns
ns A 127.0.0.1
wiki A 10.20.40.10
`;

/** The ports that stand for them on the page. */
export interface RunbookServers {
  /** Unbound: resolves, but for a domain that its own policy refuses. */
  readonly resolver: number;
  /** NSD: corp.example and nothing else. */
  readonly corp: number;
  /** Unbound that does not know this host. */
  readonly partner: number;
}

/** Starts them. */
export async function startRunbookServers(): Promise<RunbookServers> {
  const [root, corp] = await Promise.all([startNsd('.', ROOT), startNsd('corp.example', CORP)]);
  const asking = [
    'do-not-query-localhost: no',
    'ede: yes',
    'access-control: 127.0.0.0/8 allow',
    'local-zone: "example." transparent',
  ];
  const forward = ['forward-zone:', 'name: .', `forward-addr: 127.0.0.1@${root.port}`];
  const [resolver, partner] = await Promise.all([
    startUnbound([...asking, 'local-zone: "filtered.example." always_refuse', ...forward]),
    startUnbound([...asking, 'access-control: 127.0.0.1/32 refuse', ...forward]),
  ]);
  return { resolver: resolver.port, corp: corp.port, partner: partner.port };
}
