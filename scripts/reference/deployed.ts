/** What files for deployment repeat: versions of package.json, and copies in the Helm chart. */

import { readFileSync } from 'node:fs';

interface Package {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Where a version stands in a file: what follows this text, up to a space, a quote or a brace. */
const VERSIONED: Readonly<Record<string, readonly RegExp[]>> = {
  'config/deploy/helm/rcode5/Chart.yaml': [/(?<=^version: )\S+/m, /(?<=^appVersion: )\S+/m],
  'config/deploy/kubernetes/deployment/kustomization.yaml': [/(?<=newTag: )[^\s}]+/],
  'config/deploy/kubernetes/daemonset/kustomization.yaml': [/(?<=newTag: )[^\s}]+/],
  Dockerfile: [/(?<=image\.version=")[^"]+/],
};
const NODE_OF_IMAGE = /(?<=\/node:)\d+/;

/** The templates of a chart read nothing outside its folder, and npm packs no links: hence copies. */
const COPIES: Readonly<Record<string, string>> = {
  'alerts.yaml': 'config/deploy/prometheus',
  'rcode5.json': 'config/deploy/grafana/dashboards',
};

/** The files as they are to be, by their paths. */
export function deployedFiles(): Readonly<Record<string, string>> {
  const { version, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  const node = /\d+/.exec(devDependencies['node']!)![0];
  const files: Record<string, string> = {};
  for (const [file, places] of Object.entries(VERSIONED)) {
    const text = readFileSync(file, 'utf8');
    files[file] = places.reduce((done, place) => replaceOnce(file, done, place, version), text);
  }
  files['Dockerfile'] = replaceOnce('Dockerfile', files['Dockerfile']!, NODE_OF_IMAGE, node);
  for (const [name, folder] of Object.entries(COPIES)) {
    files[`config/deploy/helm/rcode5/files/${name}`] = readFileSync(`${folder}/${name}`, 'utf8');
  }
  return files;
}

function replaceOnce(file: string, text: string, place: RegExp, by: string): string {
  if (!place.test(text)) throw new Error(`${file}: nothing is like ${place}`);
  return text.replace(place, by);
}
