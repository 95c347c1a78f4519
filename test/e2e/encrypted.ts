/** A forwarder that serves plain DNS, DNS over TLS and DNS over HTTPS, each by a free port. */

import { writeCertificate } from '../world/certificates.ts';
import { type Rcode5, type Site, serve } from './rcode5.ts';

/** The listeners of a configuration; its certificate is for `dns.example` and 127.0.0.1. */
export const LISTEN = `listen:
  - { address: "127.0.0.1:0", tls: { certificate: dns.example.pem, key: dns.example.key } }
  - { address: "127.0.0.1:0", https: { certificate: dns.example.pem, key: dns.example.key } }
  - 127.0.0.1:0
`;

export interface Encrypted {
  readonly server: Rcode5;
  /** Ports of 127.0.0.1. */
  readonly dot: number;
  readonly doh: number;
  /** PEM, which clients may trust. */
  readonly certificate: string;
}

export async function serveEncrypted(site: Site): Promise<Encrypted> {
  writeCertificate(site.folder, 'dns.example', { names: ['dns.example', '127.0.0.1'] });
  const server = await serve(site);
  const portOf = async (what: string) => {
    const said = await server.program.says(new RegExp(`:\\d+ by DNS over ${what}`));
    return Number(new RegExp(`127\\.0\\.0\\.1:(\\d+) by DNS over ${what}`).exec(said)![1]);
  };
  const certificate = site.path('dns.example.pem');
  return { server, dot: await portOf('TLS'), doh: await portOf('HTTPS'), certificate };
}
