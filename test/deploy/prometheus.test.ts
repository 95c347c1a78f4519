import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describeWith, findProgram, run } from '../e2e/processes.ts';
import { anchorOf, headingsOf } from '../repo/markdown.ts';
import { deployFile, readYaml } from './files.ts';
import { readAlerts } from './promql.ts';

describe('config/deploy/prometheus alerts', () => {
  const alerts = readAlerts();

  it('say what is wrong and how bad it is', () => {
    for (const { alert, labels, annotations } of alerts) {
      expect(alert).to.match(/^Rcode5[A-Z]/);
      expect(labels['severity'], alert).to.be.oneOf(['warning', 'critical']);
      expect(Object.keys(annotations), alert).to.deep.equal(['summary', 'description']);
    }
  });

  it('are each tested', () => {
    interface Tests {
      readonly tests: readonly {
        readonly alert_rule_test: readonly { alertname: string; exp_alerts?: unknown }[];
      }[];
    }
    const { tests } = readYaml<Tests>('prometheus', 'alerts.test.yaml');
    const tested = tests.flatMap((one) => one.alert_rule_test);
    const names = (isFiring: boolean) =>
      tested
        .filter((one) => (one.exp_alerts !== undefined) === isFiring)
        .map((one) => one.alertname);
    for (const { alert } of alerts) {
      expect(names(true), 'a test in which it fires').to.include(alert);
      expect(names(false), 'a test in which it does not').to.include(alert);
    }
  });

  it('are each explained to an operator', () => {
    const page = readFileSync('docs/operations.md', 'utf8');
    const anchors = headingsOf(page).map(({ text }) => anchorOf(text));
    for (const { alert } of alerts) expect(anchors).to.include(anchorOf(alert));
  });
});

describeWith(['promtool'], 'config/deploy/prometheus, to promtool', () => {
  const promtool = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(findProgram('promtool')!, args);
    expect(code, stdout + stderr).to.equal(0);
    return stdout;
  };

  it('has rules that are valid', async () => {
    const alerts = deployFile('prometheus', 'alerts.yaml');
    expect(await promtool('check', 'rules', alerts)).to.match(/SUCCESS: \d+ rules found/);
  });

  it('has alerts that fire when they should, and not otherwise', async () => {
    const tests = deployFile('prometheus', 'alerts.test.yaml');
    expect(await promtool('test', 'rules', tests)).to.match(/SUCCESS/);
  });

  it('has a configuration that is valid', async () => {
    const config = deployFile('prometheus', 'prometheus.yaml');
    // What it names is where the containers have it.
    expect(await promtool('check', 'config', '--syntax-only', config)).to.match(/SUCCESS/);
  });
});
