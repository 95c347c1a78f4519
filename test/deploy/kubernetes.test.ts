import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseConfig } from '../../src/config/config.ts';
import { designatedResolvers } from '../../src/config/discovery.ts';
import { deployFile, type Manifest, readManifests } from './files.ts';
import { schemaErrorsOf } from './kubernetes-schema.ts';
import { buildKustomize, KUSTOMIZE_MISSING } from './kustomize.ts';

const FOLDER = deployFile('kubernetes');
const NAME = { 'app.kubernetes.io/name': 'rcode5' };
const OVERLAYS = ['deployment', 'daemonset', 'encrypted', 'monitoring'];

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly securityContext: unknown;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface PodSpec {
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { name: string } }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly terminationGracePeriodSeconds: number;
}

describe('config/deploy/kubernetes', () => {
  const manifests = readManifests();
  const workloads = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
  const podOf = ({ spec }: Manifest) => (spec as { template: { spec: PodSpec } }).template.spec;
  const find = (kind: string, name = 'rcode5') =>
    manifests.find((one) => one.kind === kind && one.metadata.name === name)!;

  it('has one of each kind that a site needs', () => {
    expect(manifests.map(({ kind }) => kind)).to.have.members([
      ...['Deployment', 'DaemonSet', 'Service', 'Service', 'ServiceAccount'],
      ...['NetworkPolicy', 'PodDisruptionBudget', 'ServiceMonitor', 'Certificate'],
    ]);
  });

  for (const manifest of manifests) {
    it(`is as the API has it: ${manifest.file}`, async () => {
      expect(await schemaErrorsOf(manifest)).to.deep.equal([]);
    });
  }

  for (const file of globSync(join(FOLDER, '*/kustomization.yaml'))) {
    it(`names files that there are in ${file}`, () => {
      const { resources, configMapGenerator = [] } = parse(readFileSync(file, 'utf8'));
      const files = configMapGenerator.flatMap((one: { files: string[] }) => one.files);
      for (const name of [...resources, ...files]) {
        expect(existsSync(join(dirname(file), name)), name).to.equal(true);
      }
      const beside = globSync(join(dirname(file), '*.yaml')).map((path) => basename(path));
      const named = ['kustomization.yaml', ...resources, ...files];
      expect(named).to.include.members(beside);
    });
  }

  for (const workload of workloads) {
    describe(workload.kind, () => {
      const pod = podOf(workload);
      const [container] = pod.containers;
      const ports = new Map(container.ports.map((port) => [port.name, port.containerPort]));

      it('listens where the configuration does', () => {
        const file = join(FOLDER, 'base', 'rcode5.yaml');
        const environment = { RCODE5_TOKEN: 'x', POD_NAME: 'x' };
        const { listen, admin } = parseConfig(file, readFileSync(file, 'utf8'), environment);
        const dns = listen[0]!.value.port;
        expect(Object.fromEntries(ports)).to.deep.equal({
          'dns-udp': dns,
          'dns-tcp': dns,
          admin: admin.listen.value.port,
          probes: admin.probes?.value.port,
        });
      });

      it('is probed where no token is needed', () => {
        const { startupProbe, readinessProbe, livenessProbe } = container;
        const probes = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe.httpGet);
        expect(probes.map(({ path }) => path)).to.deep.equal(['/healthz', '/readyz', '/healthz']);
        for (const { port } of probes) expect(port).to.equal('probes');
      });

      it('mounts volumes that it has, with the configuration that is generated', () => {
        const names = pod.volumes.map(({ name }) => name);
        expect(names).to.have.members(container.volumeMounts.map(({ name }) => name));
        expect(pod.volumes.find(({ name }) => name === 'config')?.configMap?.name).to.equal(
          'rcode5',
        );
      });

      it('may do nothing that it need not', () => {
        expect(pod.securityContext).to.deep.include({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(container.securityContext).to.deep.equal({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      });
    });
  }

  it('runs the same pods as Deployment and as DaemonSet', () => {
    const [a, b] = workloads.map((workload) => {
      const { topologySpreadConstraints, priorityClassName, tolerations, ...pod } = podOf(
        workload,
      ) as PodSpec & Record<string, unknown>;
      return JSON.stringify(pod).replace(/metadata\.name|spec\.nodeName/, 'NODE');
    });
    expect(a).to.equal(b);
  });

  it('selects its pods, and those of nobody else', () => {
    for (const workload of workloads) {
      const { template } = workload.spec as { template: Manifest };
      expect(template.metadata.labels).to.deep.equal(NAME);
    }
    for (const manifest of manifests) expectSelector(manifest);
  });

  it('keeps the addresses of clients', () => {
    const { spec } = find('Service');
    expect(spec).to.include({ type: 'LoadBalancer', externalTrafficPolicy: 'Local' });
    const names = podOf(workloads[0]!).containers[0].ports.map(({ name }) => name);
    const { ports } = spec as { ports: { targetPort: string }[] };
    expect(names).to.include.members(ports.map(({ targetPort }) => targetPort));
  });

  it('has its metrics found by the operator of Prometheus', () => {
    const { selector, endpoints } = find('ServiceMonitor').spec as {
      selector: { matchLabels: Record<string, string> };
      endpoints: { port: string; path: string }[];
    };
    const admin = find('Service', 'rcode5-admin');
    const labels = { ...NAME, ...admin.metadata.labels };
    expect(labels).to.deep.equal(selector.matchLabels);
    const { ports } = admin.spec as { ports: { name: string }[] };
    expect(ports.map(({ name }) => name)).to.deep.equal(endpoints.map(({ port }) => port));
    expect(endpoints[0]?.path).to.equal('/metrics');
  });
});

describe('config/deploy/kubernetes, built by Kustomize', () => {
  const title = KUSTOMIZE_MISSING;

  for (const overlay of OVERLAYS) {
    const build = async () => {
      for (const manifest of await buildKustomize(join(FOLDER, overlay))) {
        expect(await schemaErrorsOf(manifest)).to.deep.equal([]);
        expect(manifest.metadata.labels, manifest.kind).to.include(NAME);
        expectSelector(manifest);
      }
    };
    it(`is complete: ${overlay}${title}`, title === '' ? build : undefined);
  }

  const agree = async () => {
    const built = await buildKustomize(join(FOLDER, 'encrypted'));
    const find = (kind: string) =>
      built.find((one) => one.kind === kind && one.metadata.name === 'rcode5')!;
    const file = join(FOLDER, 'encrypted', 'rcode5.yaml');
    const environment = { RCODE5_TOKEN: 'x', POD_NAME: 'x' };
    const config = parseConfig(file, readFileSync(file, 'utf8'), environment);
    const { template } = find('Deployment').spec as { template: { spec: PodSpec } };
    const [container] = template.spec.containers;
    const inPod = new Map(container.ports.map(({ name, containerPort }) => [name, containerPort]));
    const { ports } = find('Service').spec as {
      ports: readonly { name: string; port: number; targetPort: string }[];
    };
    const resolvers = designatedResolvers(config.discovery!, config.listen);
    // Where clients are sent to, the Service leads to the listener.
    for (const { transport, port } of resolvers) {
      const served = ports.find((one) => one.port === port)!;
      const listener = config.listen.find(({ value }) => value.port === inPod.get(transport));
      expect(served.targetPort).to.equal(transport);
      expect(listener?.value.path === undefined).to.equal(transport === 'dot');
    }
    expect(resolvers.map(({ transport }) => transport)).to.deep.equal(['dot', 'doh']);
    const { secretName, dnsNames } = find('Certificate').spec as {
      secretName: string;
      dnsNames: readonly string[];
    };
    expect(dnsNames).to.deep.equal([config.discovery!.name.value]);
    expect(JSON.stringify(template.spec.volumes)).to.include(secretName);
    const mounted = container.volumeMounts.find(({ name }) => name === 'certificate')!.mountPath;
    for (const { value } of config.listen) {
      for (const pair of value.tls ?? []) {
        expect(pair.certificate.value).to.equal(`${mounted}/tls.crt`);
        expect(pair.key.value).to.equal(`${mounted}/tls.key`);
      }
    }
    expect(JSON.stringify(find('NetworkPolicy').spec)).to.include('"port":"dot"');
  };
  it(`agrees about TLS: ports, names and files${title}`, title === '' ? agree : undefined);
});

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** Whatever selects pods selects ours; the network policy lets Prometheus in. */
function expectSelector({ kind, spec }: Manifest): void {
  const selectors: Readonly<Record<string, unknown>> = {
    Service: spec?.['selector'],
    NetworkPolicy: (spec?.['podSelector'] as Selector)?.matchLabels,
    Deployment: (spec?.['selector'] as Selector)?.matchLabels,
    DaemonSet: (spec?.['selector'] as Selector)?.matchLabels,
    PodDisruptionBudget: (spec?.['selector'] as Selector)?.matchLabels,
  };
  if (kind in selectors) expect(selectors[kind], kind).to.deep.equal(NAME);
  if (kind === 'NetworkPolicy') expect(JSON.stringify(spec)).to.include('"prometheus"');
}
