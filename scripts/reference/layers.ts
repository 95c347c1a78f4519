/** The layers in the order in which a query meets them, from the file that writes the order. */

import { readdirSync, readFileSync } from 'node:fs';
import { LAYERS } from '../../src/decision/layers.ts';
import type { Specimen } from './specimen.ts';
import { code, formatTable } from './table.ts';

const FOLDER = 'src/policy/layers';
const ORDER = /\{ (?:once|forView): (compile\w+) \}/g;

/** One row for each layer: those that judge, then what can come of forwarding. */
export function layersTable({ serving }: Specimen): string {
  const source = readFileSync('src/policy/order.ts', 'utf8');
  const judging = [...source.matchAll(ORDER)].map(([, compile]) => fileOf(compile!, source));
  const names = serving.policy.views[0]!.layers.map(({ name }) => name);
  const others = LAYERS.map((name) => `${name}.ts`).filter(
    (file) => readdirSync(FOLDER).includes(file) && !judging.includes(file),
  );
  return formatTable(
    ['', 'layer', 'what it is about', 'source'],
    [
      ...judging.map((file, i) => formatRow(String(i + 1), names[i]!, file)),
      ...others.map((file) => formatRow('', file.replace('.ts', ''), file)),
    ],
  );
}

function fileOf(compile: string, source: string): string {
  const imported = new RegExp(
    `import \\{[^}]*\\b${compile}\\b[^}]*\\} from './layers/([a-z-]+\\.ts)'`,
  );
  return imported.exec(source)![1]!;
}

function formatRow(number: string, name: string, file: string): string[] {
  return [number, `[${code(name)}](#${name})`, headlineOf(file), `[${file}](../${FOLDER}/${file})`];
}

/** The first sentence of the comment that a file opens with. */
function headlineOf(file: string): string {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(`${FOLDER}/${file}`, 'utf8'))!;
  const text = comment.replaceAll(/\s*\n \*?\s*/g, ' ').trim();
  return /^.*?\.(?=\s|$)/.exec(text)![0];
}
