import { expect } from 'chai';
import { type Manifest, readManifests } from './files.ts';
import { schemaErrorsOf } from './kubernetes-schema.ts';

interface Change {
  readonly of: string;
  readonly at: readonly (string | number)[];
  readonly to: unknown;
  readonly error: RegExp;
}

const POD = ['spec', 'template', 'spec'];
const CONTAINER = [...POD, 'containers', 0];

const CASES: readonly Change[] = [
  { of: 'Deployment', at: ['spec', 'replicaz'], to: 3, error: /\/spec\/replicaz is unknown/ },
  { of: 'Deployment', at: ['kindd'], to: 'x', error: /\/kindd is unknown/ },
  { of: 'Deployment', at: ['spec', 'replicas'], to: '3', error: /\/spec\/replicas type .*integer/ },
  { of: 'Deployment', at: ['spec', 'selector'], to: undefined, error: /spec required .*selector/ },
  { of: 'Deployment', at: [...POD, 'dnsPolicies'], to: 'Default', error: /dnsPolicies is unknown/ },
  { of: 'DaemonSet', at: [...CONTAINER, 'livenessProb'], to: {}, error: /0\/livenessProb is/ },
  {
    of: 'DaemonSet',
    at: [...CONTAINER, 'securityContext', 'capabilities', 'dropp'],
    to: ['ALL'],
    error: /capabilities\/dropp is unknown/,
  },
  { of: 'DaemonSet', at: [...CONTAINER, 'ports', 0, 'port'], to: 1, error: /ports\/0\/port is/ },
  { of: 'Service', at: ['spec', 'ports', 0, 'port'], to: 'dns', error: /0\/port type .*integer/ },
  { of: 'NetworkPolicy', at: ['spec', 'ingres'], to: [], error: /\/spec\/ingres is unknown/ },
  {
    of: 'ServiceMonitor',
    at: ['spec', 'endpoints', 0, 'interval'],
    to: 'often',
    error: /interval pattern/,
  },
  {
    of: 'ServiceMonitor',
    at: ['spec', 'endpoints', 0, 'pathh'],
    to: '/metrics',
    error: /endpoints\/0\/pathh is unknown/,
  },
  { of: 'Certificate', at: ['spec', 'dnsName'], to: 'x', error: /\/spec\/dnsName is unknown/ },
  {
    of: 'Certificate',
    at: ['spec', 'privateKey', 'algorithm'],
    to: 'ecdsa',
    error: /algorithm enum .*ECDSA/,
  },
];

describe('the schemas of the Kubernetes API', () => {
  const manifests = readManifests();

  for (const { of, at, to, error } of CASES) {
    it(`find ${at.join('.')} of a ${of}`, async () => {
      const manifest = structuredClone(manifests.find(({ kind }) => kind === of)!);
      const before = await schemaErrorsOf(manifest);
      expect(before).to.deep.equal([]);
      set(manifest, at, to);
      expect((await schemaErrorsOf(manifest)).join('\n')).to.match(error);
    });
  }

  it('leave keys alone that are free', async () => {
    const manifest = structuredClone(manifests.find(({ kind }) => kind === 'Deployment')!);
    set(manifest, ['metadata', 'annotations'], { 'example.com/any': 'thing' });
    set(manifest, [...POD, 'nodeSelector'], { any: 'thing' });
    expect(await schemaErrorsOf(manifest)).to.deep.equal([]);
  });
});

/** Puts a value at a path, or takes what is there away. */
function set(manifest: Manifest, path: readonly (string | number)[], value: unknown): void {
  let at = manifest as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  if (value === undefined) delete at[path.at(-1)!];
  else at[path.at(-1)!] = value;
}
