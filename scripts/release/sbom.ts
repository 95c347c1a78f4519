/**
 * `npm run sbom`: what is in a release, as CycloneDX 1.5 has it: npm's account of the packages, without those that
 * only build and test, with the Node.js of the package for Debian and of the executable, and with nothing that is
 * another in each run.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { VERSION } from '../../src/version.ts';
import { NODE } from '../debian/tree.ts';
import { listLicensed } from '../licensed.ts';
import { runScript } from '../run-script.ts';
import { sourceDate } from '../source-date.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly [more: string]: unknown;
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/** The parts of npm's document that change here. */
export interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly Dependency[];
}

interface Shipped {
  /** Names of packages. */
  readonly names: ReadonlySet<string>;
  readonly node: { readonly version: string; readonly sha256: string };
  /** Seconds since 1970. */
  readonly date: number;
}

/** npm's document about all that is installed, made one about what is shipped. */
export function shippedBom(bom: Bom, { names, node, date }: Shipped): Bom {
  const { component } = bom.metadata;
  const packages = bom.components.filter(({ name }) => names.has(name));
  const runtime = describeNode(node);
  const refs = new Set([component, runtime, ...packages].map((one) => one['bom-ref']));
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((on) => refs.has(on)) }));
  const shipped = {
    ...bom,
    metadata: {
      ...bom.metadata,
      timestamp: new Date(date * 1000).toISOString(),
      // npm gives it the name of the folder.
      component: { ...component, name: 'rcode5' },
    },
    components: [...packages, runtime],
    dependencies: [...dependencies, { ref: runtime['bom-ref'], dependsOn: [] }],
  };
  return { ...shipped, serialNumber: serialOf(JSON.stringify({ ...shipped, serialNumber: '' })) };
}

function describeNode({ version, sha256 }: Shipped['node']): Component {
  return {
    'bom-ref': `node-runtime@${version}`,
    type: 'platform',
    name: 'node',
    version,
    description: 'The Node.js in the package for Debian and in the executable',
    purl: `pkg:generic/node@${version}`,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { id: 'MIT' } }],
  };
}

/** A UUID of the form that RFC 9562 section 5.8 leaves to us, by the content. */
function serialOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hash[16]!, 16) & 3) | 8).toString(16);
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`];
  return `urn:uuid:${[...parts, variant + hash.slice(17, 20), hash.slice(20, 32)].join('-')}`;
}

/** The document about the release that is built here. */
export function makeSbom(date: number): string {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const { status, stdout, stderr } = spawnSync('npm', args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  const library = `@koromix/koffi-linux-${process.arch}`;
  const sha256 = createHash('sha256').update(readFileSync(NODE)).digest('hex');
  const bom = shippedBom(JSON.parse(stdout), {
    names: new Set([...listLicensed().map(({ name }) => name), library]),
    node: { version: process.versions.node, sha256 },
    date,
  });
  if (bom.metadata.component.version !== VERSION) throw new Error('npm sbom is about another one');
  return `${JSON.stringify(bom, null, 2)}\n`;
}

if (import.meta.main) runScript('sbom', () => process.stdout.write(makeSbom(sourceDate())));
