import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { deployFile, readYaml } from './files.ts';

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly read_only?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const FOLDER = deployFile('compose');

describe('config/deploy/compose', () => {
  const { services, secrets, volumes } = readYaml<Compose>('compose', 'compose.yaml');
  const all = Object.entries(services);

  it('mounts what there is', () => {
    for (const [name, { volumes: mounts = [] }] of all) {
      for (const [source] of mounts.map((mount) => mount.split(':'))) {
        const isThere = source!.startsWith('.')
          ? existsSync(join(FOLDER, source!))
          : Object.hasOwn(volumes, source!);
        expect(isThere, `${name} mounts ${source}`).to.equal(true);
      }
    }
    expect(existsSync(join(FOLDER, services['rcode5']!.build!, 'Dockerfile'))).to.equal(true);
  });

  it('refers to services and secrets that there are', () => {
    for (const [, { depends_on = [], secrets: wanted = [] }] of all) {
      expect(Object.keys(services)).to.include.members([...depends_on]);
      expect(Object.keys(secrets)).to.include.members([...wanted]);
    }
  });

  it('takes images of others in a version', () => {
    for (const [name, { image, build }] of all) {
      if (build === undefined) expect(image, name).to.match(/:v?\d+\.\d+\.\d+$/);
    }
  });

  it('opens DNS to clients, and the rest to this host alone', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    const open = ports.filter((port) => !port.startsWith('127.0.0.1:'));
    expect(open).to.deep.equal(['53:5300/udp', '53:5300/tcp']);
  });

  it('lets rcode5 do no more than it needs', () => {
    expect(services['rcode5']).to.deep.include({ read_only: true, cap_drop: ['ALL'] });
  });

  it('has a configuration that loads, with the ports that are opened and scraped', () => {
    const file = join(FOLDER, 'rcode5.yaml');
    const config = parseConfig(file, readFileSync(file, 'utf8'), { RCODE5_TOKEN: 'x' });
    expect(config.listen.map(({ value }) => value.port)).to.deep.equal([5300]);
    interface Scrapes {
      readonly scrape_configs: readonly { static_configs: readonly { targets: string[] }[] }[];
    }
    const { scrape_configs: scrapes } = readYaml<Scrapes>('prometheus', 'prometheus.yaml');
    const { port } = config.admin.listen.value;
    expect(scrapes[0]?.static_configs[0]?.targets).to.deep.equal([`rcode5:${port}`]);
  });
});
