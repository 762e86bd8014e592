import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, readDashboards, readRules, type Rule } from './component.ts';
import { exportedSeries } from './exported-metrics.ts';
import { metricsOf } from './metric-names.ts';

const RUNBOOKS = new URL('../../docs/runbooks/', import.meta.url);

describe('rules and dashboards', () => {
  let rules: Rule[];
  let dashboards: Dashboard[];
  let known: Set<string>;

  beforeAll(async () => {
    rules = (await readRules()).groups.flatMap((group) => group.rules);
    dashboards = await readDashboards();
    const records = rules.flatMap(({ record }) => record ?? []);
    // `up` is Prometheus' own.
    known = new Set([...(await exportedSeries()), ...records, 'up']);
  });

  it('read only metrics that the operator or the predictor exports', () => {
    const queries = dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
    const variables = dashboards.flatMap(({ templating }) => templating.list);
    const read = [
      ...[...rules, ...queries].flatMap(({ expr }) => metricsOf(expr)),
      ...variables.flatMap(({ query }) => /^label_values\((\w+),/.exec(query)?.[1] ?? []),
    ];
    expect(read.length).toBeGreaterThan(20);
    expect([...new Set(read)].filter((name) => !known.has(name))).toEqual([]);
  });

  it('every alert links a runbook of its name, and every runbook is of an alert', async () => {
    const alerts = [...new Set(rules.flatMap(({ alert }) => alert ?? []))].sort();
    const linked = rules.flatMap(({ alert, annotations }) =>
      alert ? [annotations?.['runbook_url'] ?? ''] : [],
    );
    expect([...new Set(linked.map((url) => basename(url, '.md')))].sort()).toEqual(alerts);
    expect((await readdir(RUNBOOKS)).sort()).toEqual(alerts.map((name) => `${name}.md`));
    for (const name of alerts) {
      const text = await readFile(new URL(`${name}.md`, RUNBOOKS), 'utf8');
      expect(text.split('\n')[0]).toBe(`# ${name}`);
      expect(text).toContain('## What to do');
    }
  });
});

describe('the metrics of a PromQL expression', () => {
  it.each([
    ['sum by (a, b) (rate(x_total{c="y_total"}[5m])) / z', ['x_total', 'z']],
    ['x unless x offset 1h', ['x']],
    ['a:b:c5m > 0.01 and on (d) histogram_quantile(0.9, e_bucket)', ['a:b:c5m', 'e_bucket']],
    ['time() - f{g=~"h|i"} > 1e3', ['f']],
  ])('of %s are %j', (expr, names) => {
    expect(metricsOf(expr)).toEqual(names);
  });
});
