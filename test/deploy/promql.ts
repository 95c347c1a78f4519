/** Queries of the dashboard and the alerts, and the names in them. */

import { readJson, readYaml } from './files.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly refId: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: unknown }[];
  };
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface NamedQuery {
  readonly name: string;
  readonly expr: string;
}

export function readDashboard(): Dashboard {
  return readJson<Dashboard>('grafana', 'dashboards', 'rcode5.json');
}

export function readAlerts(): AlertRule[] {
  interface Rules {
    readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
  }
  return readYaml<Rules>('prometheus', 'alerts.yaml').groups.flatMap(({ rules }) => rules);
}

/** The queries of the dashboard with Grafana's variables filled in. */
export function dashboardQueries(interval: string): NamedQuery[] {
  const { panels, annotations } = readDashboard();
  const ofPanels = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, refId }) => ({ name: `${title} ${refId}`, expr })),
  );
  const others = annotations.list.map(({ expr }, i) => ({ name: `annotation ${i}`, expr }));
  return [...ofPanels, ...others].map(({ name, expr }) => ({
    name,
    expr: expr
      .replaceAll(/\$__(rate_interval|range)\b/g, interval)
      .replaceAll(/\$(job|instance)\b/g, '.*'),
  }));
}

export function alertQueries(): NamedQuery[] {
  return readAlerts().map(({ alert, expr }) => ({ name: alert, expr }));
}

/** Metrics that a query names: of ours, of the process, and Prometheus's own. */
export function metricsIn(expr: string): string[] {
  const patterns = [...expr.matchAll(/__name__=~"([^"]*)"/g)].map(([, pattern]) => pattern!);
  const rest = expr.replaceAll(/{__name__=~"[^"]*"}/g, '');
  const named = rest.match(/\b(?:(?:rcode5|process|nodejs)_\w+|up)\b(?=[[{)\s]|$)/g) ?? [];
  return [...named, ...patterns.flatMap(namesOf)];
}

/** The names that a pattern of words and alternatives matches: the first group is written out, again and again. */
function namesOf(pattern: string): string[] {
  // No bar of a group: it has no bracket open before it.
  const alternatives = pattern.split(/\|(?![^(]*\))/);
  if (alternatives.length > 1) return alternatives.flatMap(namesOf);
  const group = /^([^(]*)\(([^()]*)\)(.*)$/.exec(pattern);
  if (group === null) return [pattern];
  const [, before, inside, after] = group;
  return inside!.split('|').flatMap((word) => namesOf(`${before}${word}${after}`));
}

/** Labels that a query selects or groups by. */
export function labelsIn(expr: string): string[] {
  const selected = [...expr.matchAll(/{([^}]*)}/g)].flatMap(([, inside]) =>
    [...inside!.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
  );
  const grouped = [...expr.matchAll(/\b(?:by|on|group_left)\s*\(([^)]*)\)/g)].flatMap(
    ([, inside]) => inside!.split(',').map((label) => label.trim()),
  );
  return [...selected, ...grouped].filter((label) => label !== '');
}
