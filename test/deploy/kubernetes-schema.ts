/**
 * Manifests against the schemas of the Kubernetes API, and of the operators' own kinds: kubernetes-models has a
 * compiled validator for each. These pass over fields that a schema does not have. The API server does not
 * (`fieldValidation: Strict`, what kubectl asks for), and here neither: what a validator has not looked at is unknown.
 */

import { resolve } from 'node:path';
import type { Manifest } from './files.ts';

interface Failure {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: unknown;
}

interface Validator {
  (data: unknown): boolean;
  readonly errors?: readonly Failure[] | null;
}

const OPERATOR =
  '@kubernetes-models/prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1';

/** What the name of a schema begins with, before its kind. Not all packages export these files by name. */
const SCHEMAS: Readonly<Record<string, string>> = {
  v1: 'kubernetes-models/_schemas/IoK8sApiCoreV1',
  'apps/v1': 'kubernetes-models/_schemas/IoK8sApiAppsV1',
  'policy/v1': 'kubernetes-models/_schemas/IoK8sApiPolicyV1',
  'networking.k8s.io/v1': 'kubernetes-models/_schemas/IoK8sApiNetworkingV1',
  'monitoring.coreos.com/v1': OPERATOR,
  'cert-manager.io/v1':
    '@kubernetes-models/cert-manager/_schemas/ComGithubCertManagerCertManagerPkgApisCertmanagerV1',
};

/** What is wrong with a manifest, each with its path; nothing when all is well. */
export async function schemaErrorsOf(manifest: Manifest): Promise<string[]> {
  const { file: _, ...data } = manifest;
  const schema = SCHEMAS[manifest.apiVersion];
  if (schema === undefined) return [`no schema for ${manifest.apiVersion}`];
  const file = resolve('node_modules', `${schema}${manifest.kind}.js`);
  const { validate } = (await import(file)) as { validate: Validator };
  const watched = new Watched(data, '');
  validate(watched.proxy);
  const errors = (validate.errors ?? []).map(
    ({ instancePath, keyword, params }) => `${instancePath} ${keyword} ${JSON.stringify(params)}`,
  );
  return [...errors, ...watched.unread()].map((error) => `${manifest.kind} ${error}`);
}

/** An object that keeps what is read of it. */
class Watched {
  readonly proxy: object;
  readonly #target: object;
  readonly #path: string;
  readonly #read = new Set<string>();
  readonly #inner = new Map<string, Watched>();

  constructor(target: object, path: string) {
    this.#target = target;
    this.#path = path;
    this.proxy = new Proxy(target, { get: (_, key) => this.#get(key) });
  }

  /** The fields that nobody read. Of an object of which nothing was read the schema has no fields: any may be there. */
  unread(): string[] {
    const inner = [...this.#inner.values()].flatMap((one) => one.unread());
    if (this.#read.size === 0) return inner;
    const own = Object.keys(this.#target).filter((key) => !this.#read.has(key));
    return [...own.map((key) => `${this.#path}/${key} is unknown`), ...inner];
  }

  #get(key: string | symbol): unknown {
    const value = Reflect.get(this.#target, key);
    if (typeof key === 'symbol') return value;
    this.#read.add(key);
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#inner.get(key) ?? new Watched(value, `${this.#path}/${key}`);
    this.#inner.set(key, known);
    return known.proxy;
  }
}
