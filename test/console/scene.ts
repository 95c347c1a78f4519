/** A server with its console, an upstream that knows one zone and refuses all others, and clients. */

import { buildConsole } from '../../scripts/build-console.ts';
import { CONSOLE_BUILD, readBuild } from '../../src/admin/console-build.ts';
import { type Peer, startNsd } from '../e2e/peers.ts';
import { findProgram, run } from '../e2e/processes.ts';
import { COMMON, ServedSite } from '../world/served-site.ts';

export const PROGRAMS: readonly string[] = ['chromium', 'nsd', 'dig'];

const ADMIN = '{ listen: "127.0.0.1:0" }';

const ZONE = `$ORIGIN example.com.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
www A 192.0.2.80
mail A 192.0.2.25
shop A 192.0.2.81
`;

const POLICY = `clientGroups: { office: [127.0.0.0/24], guests: [127.0.30.0/24] }
clientNames: [{ hosts: clients.txt }]
acl:
  query:
    127.0.0.0/8: allow
    guests: { action: allow, owner: helpdesk, reason: WIFI-3, expires: 2020-12-31 }
    127.0.20.0/24: { action: refuse, owner: netops, reason: NET-42 }
policies:
  - name: house
    rules:
      "*.gambling.example": { action: refuse, owner: secops, reason: SEC-7 }
      tracker.example: nxdomain
      shop.example.com: { action: refuse, mode: shadow, owner: secops }
  - { name: ads, domains: ads.txt, action: nxdomain }
assertions: [assertions.yaml]
fleet: [no-such-host.invalid]
`;

export const ASSERTION =
  '- { name: guests may ask, client: 127.0.30.7, query: www.example.com, expect: { action: forward } }\n';

/** Its files are named as they are by whoever is in its folder. */
class SiteHere extends ServedSite {
  override path(file: string): string {
    return file;
  }
}

export class Scene {
  readonly site: ServedSite;
  readonly upstream: Peer;

  private constructor(upstream: Peer, site: ServedSite) {
    this.upstream = upstream;
    this.site = site;
  }

  /** `admin` is the section of the configuration; `here`: the process goes into the folder. */
  static async start(admin: string = ADMIN, { here = false } = {}): Promise<Scene> {
    if (typeof readBuild(CONSOLE_BUILD) === 'string') await buildConsole();
    const site = here ? new SiteHere() : new ServedSite();
    if (here) process.chdir(site.folder);
    const scene = new Scene(await startNsd('example.com', ZONE), site);
    site.write('clients.txt', '127.0.20.1 laptop-17\n127.0.30.7 phone-3\n');
    site.write('ads.txt', 'ads.example\nbanners.example\n');
    site.write('assertions.yaml', ASSERTION);
    site.write('site.yaml', scene.config(admin));
    await site.start();
    return scene;
  }

  /** The configuration; a candidate is one with something replaced. */
  config(admin: string = ADMIN): string {
    const common = COMMON.replace(/^admin: .*$/m, `admin: ${admin}`);
    const servers = `upstreams: { default: { servers: ["127.0.0.1:${this.upstream.port}"] } }\n`;
    return `${common}${POLICY}${servers}`;
  }

  /** The address of a page, `decisions?name=example.com`. */
  page(path: string): string {
    const { address, port } = this.site.server.admin;
    return `http://${address}:${port}/#/${path}`;
  }

  /** Asks by dig; resolves to what it prints. */
  async dig(name: string, from = '127.0.0.1', ...more: readonly string[]): Promise<string> {
    const { address, port } = this.site.target();
    const server = [`@${address}`, '-p', String(port), '-b', from];
    const { stdout } = await run(findProgram('dig')!, [...server, '+tries=1', name, ...more]);
    return stdout;
  }

  async close(): Promise<void> {
    await this.site.close();
    await this.upstream.program.stop();
  }
}
