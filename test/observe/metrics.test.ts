import { expect } from 'chai';
import { CellFamily, HistogramCell } from '../../src/observe/cells.ts';
import { Metrics } from '../../src/observe/metrics.ts';

/** The lines of the exposition that are about these metrics. */
async function linesOf(metrics: Metrics, name: string): Promise<string[]> {
  const text = await metrics.expose();
  return text.split('\n').filter((line) => line.includes(name));
}

describe('observe/metrics', () => {
  it('exposes a counter with its labels, as it is when it is asked', async () => {
    const metrics = new Metrics();
    const family = new CellFamily();
    metrics.counter('rcode5_tests_total', 'Tests.', () => family.values());
    expect(await linesOf(metrics, 'rcode5_tests_total')).to.deep.equal([
      '# HELP rcode5_tests_total Tests.',
      '# TYPE rcode5_tests_total counter',
    ]);
    family.cell({ layer: 'acl', rule: 'a "quoted" \\ rule\nof two lines' }).value = 3;
    expect((await linesOf(metrics, 'rcode5_tests_total')).slice(2)).to.deep.equal([
      'rcode5_tests_total{layer="acl",rule="a \\"quoted\\" \\\\ rule\\nof two lines"} 3',
    ]);
  });

  it('exposes a number without labels', async () => {
    const metrics = new Metrics();
    let value = 0;
    metrics.gauge('rcode5_tests', 'Tests.', () => value);
    expect(await linesOf(metrics, 'rcode5_tests')).to.include('rcode5_tests 0');
    value = 1.5;
    expect(await linesOf(metrics, 'rcode5_tests')).to.include('rcode5_tests 1.5');
    expect(await linesOf(metrics, 'rcode5_tests')).to.include('# TYPE rcode5_tests gauge');
  });

  it('exposes a histogram whose buckets count all that is below them', async () => {
    const metrics = new Metrics();
    const cell = new HistogramCell({ path: 'local' }, [0.5, 1]);
    for (const value of [0.1, 0.75, 1, 7]) cell.observe(value);
    metrics.histogram('rcode5_test_seconds', 'Tests.', () => [cell]);
    expect(await linesOf(metrics, 'rcode5_test_seconds')).to.deep.equal([
      '# HELP rcode5_test_seconds Tests.',
      '# TYPE rcode5_test_seconds histogram',
      'rcode5_test_seconds_bucket{le="0.5",path="local"} 1',
      'rcode5_test_seconds_bucket{le="1",path="local"} 3',
      'rcode5_test_seconds_bucket{le="+Inf",path="local"} 4',
      'rcode5_test_seconds_sum{path="local"} 8.85',
      'rcode5_test_seconds_count{path="local"} 4',
    ]);
  });

  it('exposes what is known of the process', async () => {
    const text = await new Metrics().expose();
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
    expect(text).to.match(/^nodejs_heap_size_used_bytes \d+$/m);
  });

  it('does not take the same name twice', () => {
    const metrics = new Metrics();
    metrics.gauge('rcode5_tests', 'Tests.', () => 0);
    expect(() => metrics.gauge('rcode5_tests', 'Tests.', () => 0)).to.throw(/rcode5_tests/);
  });

  it('says which text format it is', () => {
    expect(new Metrics().contentType).to.match(/^text\/plain; version=0\.0\.4/);
  });
});
