import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { deployFile, readYaml } from './files.ts';
import { readDashboard } from './promql.ts';

/** Columns of Grafana's grid. */
const COLUMNS = 24;
const KINDS = ['row', 'stat', 'timeseries', 'table', 'state-timeline'];

describe('config/deploy/grafana', () => {
  const { uid, schemaVersion, panels, templating } = readDashboard();
  const shown = panels.filter(({ type }) => type !== 'row');

  it('has a dashboard that Grafana would load', () => {
    expect(uid).to.equal('rcode5');
    expect(schemaVersion).to.be.at.least(36);
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    for (const { title, type } of panels) expect(KINDS, title).to.include(type);
  });

  it('has panels that lie beside each other', () => {
    const taken = new Map<string, string>();
    for (const {
      title,
      gridPos: { x, y, w, h },
    } of panels) {
      expect(x + w, title).to.be.at.most(COLUMNS);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          const cell = `${column},${line}`;
          expect(taken.get(cell), `${title} at ${cell}`).to.equal(undefined);
          taken.set(cell, title);
        }
      }
    }
  });

  it('says of each panel what it shows, from the data source that was chosen', () => {
    for (const { title, description, datasource, targets } of shown) {
      expect(description, title).to.match(/\.$/);
      expect(datasource, title).to.deep.equal({ type: 'prometheus', uid: `\${datasource}` });
      expect(targets, title).to.not.be.oneOf([undefined, []]);
      const ids = targets!.map(({ refId }) => refId);
      expect(new Set(ids).size, title).to.equal(ids.length);
    }
  });

  it('shows refusals by all that they can be told apart by', () => {
    const queries = shown.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    for (const label of ['layer', 'client_group', 'rule', 'qtype', 'verdict']) {
      const by = new RegExp(`by \\([^)]*\\b${label}\\b[^)]*\\) .*_refused_total`);
      expect(
        queries.some((query) => by.test(query)),
        label,
      ).to.equal(true);
    }
  });

  it('uses no variable that it does not have', () => {
    const defined = templating.list.map(({ name }) => name);
    const text = JSON.stringify([panels, templating]);
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!);
    expect(defined).to.include.members(used.filter((name) => !name.startsWith('__')));
  });

  it('is found by what provisions it', () => {
    interface Providers {
      readonly providers: readonly { readonly options: { readonly path: string } }[];
    }
    interface Sources {
      readonly datasources: readonly { readonly type: string; readonly url: string }[];
    }
    const provisioning = ['grafana', 'provisioning'];
    const { providers } = readYaml<Providers>(...provisioning, 'dashboards', 'rcode5.yaml');
    expect(providers[0]?.options.path).to.equal('/var/lib/grafana/dashboards');
    const { datasources } = readYaml<Sources>(...provisioning, 'datasources', 'prometheus.yaml');
    expect(datasources).to.have.length(1);
    expect(datasources[0]).to.include({ type: 'prometheus', url: 'http://prometheus:9090' });
    expect(existsSync(deployFile('grafana', 'dashboards', 'rcode5.json'))).to.equal(true);
  });
});
