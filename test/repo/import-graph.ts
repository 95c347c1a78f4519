/** Circles in what imports what. */

import { dirname } from 'node:path';
import type { Source } from './sources.ts';

/** Groups of files each of which leads to all others of its group by imports; sorted. */
export function findCircles(sources: readonly Source[]): string[][] {
  const reach = new Map(sources.map(({ file }) => [file, reachable(file, sources)]));
  const circles = sources
    .map(({ file }) => [...reach.get(file)!].filter((other) => reach.get(other)?.has(file)))
    .filter((circle) => circle.length > 0)
    .map((circle) => circle.sort());
  return [...new Map(circles.map((circle) => [circle.join(), circle])).values()];
}

/** Pairs of folders that import each other; a folder and one inside it are no pair. */
export function mutualFolders(sources: readonly Source[]): string[] {
  const arrows = new Set(
    sources.flatMap(({ file, own }) =>
      own.flatMap((to) => arrowsBetween(dirname(file), dirname(to))),
    ),
  );
  const pairs = [...arrows].flatMap((arrow) => {
    const [from, to] = arrow.split(' ') as [string, string];
    return from < to && arrows.has(`${to} ${from}`) ? [`${from} and ${to}`] : [];
  });
  return pairs.sort();
}

/** The arrow from one folder to another, and those between the folders that hold them. */
function arrowsBetween(from: string, to: string): string[] {
  const a = from.split('/');
  const b = to.split('/');
  const shared = a.findIndex((part, i) => part !== b[i]);
  if (shared < 0 || shared >= b.length) return [];
  return [`${a.slice(0, shared + 1).join('/')} ${b.slice(0, shared + 1).join('/')}`];
}

function reachable(start: string, sources: readonly Source[]): Set<string> {
  const own = new Map(sources.map((source) => [source.file, source.own]));
  const seen = new Set<string>();
  const left = [...(own.get(start) ?? [])];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    left.push(...(own.get(file) ?? []));
  }
  return seen;
}
