import { expect } from 'chai';
import { listMetrics } from '../../scripts/reference/metrics.ts';
import { createSpecimen } from '../../scripts/reference/specimen.ts';
import { alertQueries, dashboardQueries, labelsIn, metricsIn } from './promql.ts';

/** What Prometheus adds to every series, and what a histogram has. */
const GIVEN = ['job', 'instance', 'le', '__name__'];
/** Labels of metrics of which the specimen has no series: it transfers no zones. */
const UNSEEN: Readonly<Record<string, readonly string[]>> = {
  rcode5_policy_transfers_total: ['policy', 'result'],
};

describe('config/deploy: names in queries', () => {
  it('are found', () => {
    const expr = 'sum by (a, le) (rate(rcode5_x_total{b="1",c=~"{"}[5m])) / on (d) up == 0 > up';
    expect(metricsIn(expr)).to.deep.equal(['rcode5_x_total', 'up', 'up']);
    expect(metricsIn('x ({__name__=~"rcode5_(a|b)_(c|d)_total|rcode5_e"} > 0)')).to.deep.equal([
      ...['rcode5_a_c_total', 'rcode5_a_d_total', 'rcode5_b_c_total', 'rcode5_b_d_total'],
      'rcode5_e',
    ]);
    expect(labelsIn('sum by (a, le) (x{b="1",c=~"y"}) / on (d) z')).to.deep.equal([
      ...['b', 'c', 'a', 'le', 'd'],
    ]);
  });

  for (const { name, expr } of [...dashboardQueries('5m'), ...alertQueries()]) {
    it(`are those of metrics that there are: ${name}`, async () => {
      const metrics = await listMetrics(createSpecimen());
      const names = metricsIn(expr);
      expect(names, expr).to.not.deep.equal([]);
      const ours = names.filter((one) => one.startsWith('rcode5_'));
      const found = ours.map((one) => {
        return metrics.find((metric) => {
          const isPart = metric.type === 'histogram' && one === `${metric.name}_bucket`;
          return metric.name === one || isPart;
        });
      });
      expect(ours.filter((_, i) => found[i] === undefined)).to.deep.equal([]);
      const unseen = names.flatMap((one) => UNSEEN[one] ?? []);
      const labels = [...GIVEN, ...found.flatMap((metric) => metric?.labels ?? []), ...unseen];
      expect(labels).to.include.members(labelsIn(expr));
    });
  }
});
