import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { itWith } from '../e2e/processes.ts';
import { writeCertificate } from '../world/certificates.ts';
import { mergeValues, type Values } from '../world/helm/chart.ts';
import { runProgram } from '../world/run-program.ts';
import { deployFile, type Manifest, parseManifests, readDeploy } from './files.ts';
import { chart, EXAMPLES, FOLDER, RELEASE, USES } from './helm-uses.ts';
import { schemaErrorsOf } from './kubernetes-schema.ts';
import { buildKustomize, KUSTOMIZE_MISSING } from './kustomize.ts';

const WRONG: readonly { readonly values: Values; readonly problem: RegExp }[] = [
  { values: { replica: 2 }, problem: /additional properties replica/ },
  { values: { replicas: 0 }, problem: /\/replicas must be >= 1/ },
  { values: { kind: 'StatefulSet' }, problem: /\/kind must be equal to one of/ },
  { values: { ipFamilies: [] }, problem: /\/ipFamilies must NOT have fewer than 1/ },
  { values: { ipFamilies: ['ipv4'] }, problem: /\/ipFamilies\/0 must be equal to one of/ },
  { values: { image: { tag: 1.2 } }, problem: /\/image\/tag must be string/ },
  { values: { config: { listen: ['0.0.0.0:53'] } }, problem: /\/config property name .* listen/ },
  { values: { config: { upstreams: null } }, problem: /\/config must have required .*upstreams/ },
  { values: { files: { 'rcode5.yaml': 'x' } }, problem: /\/files property name .* rcode5.yaml/ },
  { values: { stubDomains: { 'corp.example': [] } }, problem: /corp.example must NOT have fewer/ },
  {
    values: { stubDomains: { 'a b': ['10.0.0.1'] } },
    problem: /\/stubDomains property name .* a b/,
  },
  { values: { coredns: { servers: '10.0.0.1' } }, problem: /\/coredns\/servers must be array/ },
  { values: { tls: { enabled: true } }, problem: /dnsNames must NOT have fewer than 1/ },
  {
    values: mergeValues(EXAMPLES.get('encrypted')!, { tls: { dot: false, doh: false } }),
    problem: /\/tls.* must be equal to constant/,
  },
  {
    values: { service: { internalTrafficPolicy: 'Local' } },
    problem: /\/kind must be equal to constant/,
  },
  { values: { monitoring: { interval: 'often' } }, problem: /\/monitoring\/interval must match/ },
];

function render(values: Values, release = RELEASE): Manifest[] {
  return [...chart.render(release, values)]
    .filter(([file]) => file.endsWith('.yaml'))
    .flatMap(([file, text]) => parseManifests(file, text));
}

/** What the pods serve. */
function configOf(manifests: readonly Manifest[]): string {
  const map = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'rcode5',
  );
  return (map as unknown as { data: Record<string, string> }).data['rcode5.yaml']!;
}

describe('config/deploy/helm', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-helm-'));
    Object.assign(process.env, { POD_NAME: 'pod', RCODE5_TOKEN: 'secret' });
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [use, values] of USES) {
    describe(`with ${use}`, () => {
      const manifests = render(values);

      it('is as the API has it', async () => {
        for (const manifest of manifests) {
          expect(await schemaErrorsOf(manifest), manifest.file).to.deep.equal([]);
        }
        const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect(new Set(names).size).to.equal(names.length);
      });

      itWith(['openssl'], 'has a configuration that check finds no fault with', async () => {
        const file = join(folder, 'rcode5.yaml');
        const text = configOf(manifests);
        writeFileSync(
          file,
          text.replaceAll(/\/etc\/rcode5-tls\/tls\.(crt|key)/g, `${folder}/tls.$1`),
        );
        if (text.includes('discovery:')) {
          writeCertificate(folder, 'tls', { names: ['dns.example.com'] });
          renameSync(join(folder, 'tls.pem'), join(folder, 'tls.crt'));
        }
        expect(await check(file)).to.match(/^ok policy=/);
      });
    });
  }

  for (const { overlay, values } of [
    { overlay: 'deployment', values: {} },
    { overlay: 'daemonset', values: { kind: 'DaemonSet' } },
    { overlay: 'encrypted', values: EXAMPLES.get('encrypted')! },
  ]) {
    const equal = async () => {
      const built = await buildKustomize(deployFile('kubernetes', overlay));
      expect(render(values).map(bare).sort(byKind)).to.deep.equal(built.map(bare).sort(byKind));
    };
    const title = `is what Kustomize makes of kubernetes/${overlay}, but for Helm's labels`;
    it(title + KUSTOMIZE_MISSING, KUSTOMIZE_MISSING === '' ? equal : undefined);
  }

  it('sends names of the cluster to CoreDNS, stub domains to their servers, the rest to the node', async () => {
    const file = join(folder, 'front.yaml');
    writeFileSync(file, configOf(render(EXAMPLES.get('front-of-coredns')!)));
    const group = async (name: string) => {
      const args = ['explain', '-c', file, '--client', '10.1.2.3', '--name', name, '--json'];
      const { stdout } = await runProgram(args);
      return JSON.parse(stdout).upstream;
    };
    for (const [name, expected] of [
      ['web.shop.svc.cluster.local', 'coredns'],
      ['7.0.244.10.in-addr.arpa', 'coredns'],
      ['1.0.0.0.d.f.ip6.arpa', 'coredns'],
      ['1.0.0.2.ip6.arpa', 'default'],
      ['git.corp.example', 'corp.example'],
      ['www.example.com', 'default'],
    ] as const) {
      expect(await group(name), name).to.equal(expected);
    }
  });

  it('listens on both families, by sockets of their own', () => {
    const { listen, admin } = parse(configOf(render(EXAMPLES.get('dual-stack')!)));
    expect(listen).to.deep.equal(['0.0.0.0:5300', '[::]:5300']);
    expect(admin).to.include({ listen: '[::]:8053', probes: '[::]:8080' });
  });

  it('keeps two releases apart', () => {
    const [a, b] = ['a', 'b'].map((name) => render({}, { ...RELEASE, name }));
    const names = (all: readonly Manifest[]) =>
      all.map(({ kind, metadata }) => kind + metadata.name);
    expect(names(a!).filter((one) => names(b!).includes(one))).to.deep.equal([]);
    const selected = a!.filter(({ kind }) => kind !== 'ConfigMap' && kind !== 'ServiceAccount');
    for (const manifest of selected) {
      expect(JSON.stringify(manifest.spec), manifest.kind).to.include(
        '"app.kubernetes.io/instance":"a"',
      );
    }
  });

  it('rolls out a new configuration, and new files', () => {
    const sums = [{}, { config: { threads: 1 } }, { files: { 'ads.txt': 'ads.example\n' } }].map(
      (values) => JSON.stringify(render(values)).match(/"checksum\/config":"(\w+)"/)![1],
    );
    expect(new Set(sums).size).to.equal(3);
  });

  it('has files as they are given, also those that YAML could read otherwise', () => {
    const files = { 'a.rpz': '  ; zone\n\n@ IN SOA . . 1 1 1 1 1\n', empty: '', 'b.txt': 'x: 1' };
    const map = render({ files }).find(({ kind }) => kind === 'ConfigMap') as unknown as {
      readonly data: Readonly<Record<string, string>>;
    };
    expect(map.data).to.deep.include(files);
  });

  it('has the alerts and the dashboard that are used without it', () => {
    const all = render(EXAMPLES.get('monitoring')!);
    const find = (kind: string, name = 'rcode5') =>
      all.find((one) => one.kind === kind && one.metadata.name === name) as unknown as {
        readonly spec: unknown;
        readonly data: Readonly<Record<string, string>>;
      };
    expect(find('PrometheusRule').spec).to.deep.equal(parse(readDeploy('prometheus/alerts.yaml')));
    const dashboard = find('ConfigMap', 'rcode5-dashboards').data['rcode5.json']!;
    expect(dashboard).to.equal(readDeploy('grafana/dashboards/rcode5.json'));
  });

  it('tells how to make the Secret that it wants', () => {
    const notes = chart.render({ name: 'x', namespace: 'dns' }).get('NOTES.txt')!;
    expect(notes).to.include(
      '--namespace dns create secret generic x-rcode5 --from-literal=token=',
    );
  });

  for (const { values, problem } of WRONG) {
    it(`does not take ${JSON.stringify(values)}`, () => {
      expect(chart.problemsOf(values).join('\n')).to.match(problem);
      expect(() => chart.render(RELEASE, values)).to.throw(problem);
    });
  }

  it('explains each of its values', () => {
    const lines = readFileSync(join(FOLDER, 'values.yaml'), 'utf8').split('\n');
    const schema = JSON.parse(readFileSync(join(FOLDER, 'values.schema.json'), 'utf8'));
    expect(Object.keys(schema.properties)).to.have.members([
      ...Object.keys(chart.values),
      'global',
    ]);
    const silent = lines.filter((line, i) => /^\w/.test(line) && lines[i - 1] === '');
    expect(silent).to.deep.equal([]);
  });

  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(chart.about).to.include({ version, appVersion: version });
  });
});

async function check(file: string): Promise<string> {
  const { code, stdout, stderr } = await runProgram(['check', '-c', file]);
  expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  return stdout;
}

/** A manifest without what the two tools add by their customs: labels, a checksum, a hash in a name. */
function bare({ file: _, ...manifest }: Manifest): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(manifest, (key, value) => {
    if (key === 'rcode5.yaml') return parse(value);
    if (key === 'annotations') return without(value, ['checksum/config']);
    if (/^(labels|matchLabels|selector)$/.test(key)) return without(value, HELM_LABELS);
    return Array.isArray(value) ? byName(value) : value;
  });
  return JSON.parse(text.replaceAll(/"rcode5-[a-z0-9]{10}"/g, '"rcode5"'));
}

/** Lists that Kubernetes merges by names have no order. */
function byName(list: readonly { readonly name?: string }[]): readonly unknown[] {
  if (!list.every(({ name }) => name !== undefined)) return list;
  return [...list].sort((a, b) => (a.name! < b.name! ? -1 : 1));
}

const HELM_LABELS = ['instance', 'version', 'managed-by'].map(
  (name) => `app.kubernetes.io/${name}`,
);

function without(value: unknown, keys: readonly string[]): unknown {
  const left = Object.entries(value as object).filter(
    ([key]) => !keys.includes(key) && key !== 'helm.sh/chart',
  );
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

type Bare = ReturnType<typeof bare>;

function byKind(a: Bare, b: Bare): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf({ kind, metadata }: Bare): string {
  return `${kind} ${(metadata as Manifest['metadata']).name}`;
}
