/** Resolvers of others that are asked by TLS and by HTTPS, each for names of its own. */

import { join } from 'node:path';
import { Authority } from '../world/authority.ts';
import { findPort, type Peer, startBind, startDnsdist, startUnbound } from './peers.ts';
import { makeFolder } from './processes.ts';

/** The name that their certificates are for. */
export const NAME = 'dns.example';

/** One of them: below `DOMAIN` every name has an address, below `refused.DOMAIN` all are refused. */
export interface EncryptedPeer {
  readonly peer: Peer;
  readonly domain: string;
  readonly ports: { readonly dot: number; readonly doh: number };
  /** As the configuration has it, by protocol. */
  readonly servers: { readonly dot: string; readonly doh: string };
}

export interface Shown {
  readonly authority: Authority;
  /** PEM files. */
  readonly certificate: string;
  readonly key: string;
}

export function makeShown(): Shown {
  const authority = new Authority(makeFolder());
  authority.issue(NAME, { names: [NAME, '127.0.0.1'] });
  const file = (ending: string) => join(authority.folder, `${NAME}.${ending}`);
  return { authority, certificate: file('pem'), key: file('key') };
}

function serversAt(dot: number, doh: number): EncryptedPeer['servers'] {
  return {
    dot: `tls://127.0.0.1:${dot}#${NAME}`,
    doh: `https://127.0.0.1:${doh}/dns-query#${NAME}`,
  };
}

/** At ports of its own, or at those that another had. */
export async function startEncryptedUnbound(
  { certificate, key }: Shown,
  ports?: EncryptedPeer['ports'],
): Promise<EncryptedPeer> {
  const { dot, doh } = ports ?? { dot: await findPort(), doh: await findPort() };
  const domain = 'unbound.example';
  const peer = await startUnbound([
    `interface: 127.0.0.1@${dot}`,
    `interface: 127.0.0.1@${doh}`,
    `tls-port: ${dot}`,
    `https-port: ${doh}`,
    `tls-service-key: "${key}"`,
    `tls-service-pem: "${certificate}"`,
    `local-zone: ${domain} redirect`,
    `local-data: "${domain} A 192.0.2.7"`,
    `local-zone: refused.${domain} always_refuse`,
  ]);
  return { peer, domain, ports: { dot, doh }, servers: serversAt(dot, doh) };
}

export async function startEncryptedBind({ certificate, key }: Shown): Promise<EncryptedPeer> {
  const [dot, doh] = [await findPort(), await findPort()];
  const domain = 'bind.example';
  const zone = `$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\n* A 192.0.2.7\n`;
  const peer = await startBind({
    options: `allow-query { any; };
  recursion no;
  listen-on port ${dot} tls own { 127.0.0.1; };
  listen-on port ${doh} tls own http own { 127.0.0.1; };`,
    sections: `tls own { cert-file "${certificate}"; key-file "${key}"; };
http own { endpoints { "/dns-query"; }; };
zone "${domain}" { type primary; file "zone"; };
zone "refused.${domain}" { type primary; file "zone"; allow-query { none; }; };`,
    files: { zone },
  });
  return { peer, domain, ports: { dot, doh }, servers: serversAt(dot, doh) };
}

export async function startEncryptedDnsdist({ certificate, key }: Shown): Promise<EncryptedPeer> {
  const [dot, doh] = [await findPort(), await findPort()];
  const domain = 'dnsdist.example';
  const files = `"${certificate}", "${key}"`;
  const peer = await startDnsdist(
    1,
    'healthCheckMode="up"',
    `addTLSLocal("127.0.0.1:${dot}", ${files})
addDOHLocal("127.0.0.1:${doh}", ${files}, "/dns-query")
addAction("refused.${domain}", RCodeAction(DNSRCode.REFUSED))
addAction(QTypeRule(DNSQType.A), SpoofAction("192.0.2.7"))
addAction(AllRule(), RCodeAction(DNSRCode.NOERROR))`,
  );
  return { peer, domain, ports: { dot, doh }, servers: serversAt(dot, doh) };
}
