import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../conformance/until.ts';
import { type Dashboard, readDashboards, readRules } from './component.ts';
import { DemoScene } from './demo-scene.ts';
import { PROMISED } from './promised-metrics.ts';
import { Prometheus, type Sample } from './prometheus.ts';
import { readPodMonitor, readServiceMonitor, scrapeConfig } from './scrape-configs.ts';
import { ensurePrometheus } from './tools.ts';

const dashboards = await readDashboards();
const PANELS = dashboards.flatMap((dashboard) =>
  dashboard.panels.map((panel) => ({ dashboard, panel, name: `${dashboard.title}: ${panel.title}` })),
);

describe('Prometheus scrapes the demo by our monitors', () => {
  let stateDir: string;
  let demo: DemoScene;
  let prometheus: Prometheus;

  beforeAll(async () => {
    await ensurePrometheus();
    stateDir = await mkdtemp(join(tmpdir(), 'stockout-monitoring-'));
    demo = await DemoScene.start(stateDir);
    const [services, pods] = [await readServiceMonitor(), await readPodMonitor()];
    const scrapes = [
      scrapeConfig('operator', services, [demo.operator()]),
      scrapeConfig('predictors', pods, await demo.predictors(pods)),
    ];
    await demo.shadow(pods);
    prometheus = await Prometheus.start(scrapes, await readRules());
    await until(
      'two scrapes of all',
      async () => {
        await demo.beat();
        const scraped = await prometheus.query('count(count_over_time(up[1m]) > 2 and up == 1) == 3');
        return scraped.length > 0;
      },
      60,
    );
  }, 600_000);

  afterAll(async () => {
    await prometheus?.stop();
    await demo?.stop();
    await rm(stateDir, { recursive: true, force: true });
  }, 60_000);

  it.each(PROMISED)('$name is there, a $type with labels $labels', async ({ name, type, labels }) => {
    const metadata = await prometheus.get<Record<string, { type: string }[]>>('metadata', { metric: name });
    expect(metadata[name]?.map((each) => each.type)).toContain(type);
    const series = type === 'histogram' ? `${name}_bucket` : name;
    const found = await prometheus.query(series);
    expect(found).not.toEqual([]);
    for (const { metric } of found) expect(Object.keys(metric)).toEqual(expect.arrayContaining(labels));
  });

  it('every rule can be evaluated', async () => {
    type Groups = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    const { groups } = await prometheus.get<Groups>('rules');
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  it('the one thing that went wrong in the story, a gate, is what fires', async () => {
    const found = await until('an alert', async () => {
      const alerts = await prometheus.query('ALERTS{alertstate="firing"}');
      return alerts.length > 0 && alerts.map(({ metric }) => metric);
    });
    expect(found).toMatchObject([
      {
        alertname: 'StockoutGateFailures',
        namespace: 'default',
        model: 'retail',
        metric: 'auc',
        rule: 'min',
      },
    ]);
  });

  it.each(PANELS)('$name has data', async ({ dashboard, panel }) => {
    const values = await variablesOf(dashboard);
    for (const { expr } of panel.targets) {
      const filled = fillIn(expr, values);
      await until(
        `data for ${filled}`,
        async () => {
          const samples = await prometheus.query(filled);
          if (samples.some(isNumber)) return true;
          await demo.beat();
          return false;
        },
        30,
      );
    }
  });

  it('operator, predictors and Jobs log JSON, each line with its time, level and message', async () => {
    const logs = await demo.logs();
    expect([...logs.keys()].join(' ')).toMatch(/retail-train-.*nightly|nightly.*retail-train-/);
    for (const [name, text] of logs) {
      const lines = text.split('\n').filter(Boolean);
      expect(lines, name).not.toEqual([]);
      for (const line of lines) expect(JSON.parse(line), name).toMatchObject(LOGGED);
    }
  });

  /** What each variable of a dashboard may be, from its own query. */
  async function variablesOf({ templating }: Dashboard): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const { name, type, query } of templating.list) {
      if (type !== 'query') continue;
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
      const values = await prometheus.get<string[]>(`label/${label}/values`, { 'match[]': metric });
      expect(values, `values of $${name}`).not.toEqual([]);
      found.set(name, values);
    }
    return found;
  }
});

const LOGGED = {
  time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
  level: expect.stringMatching(/^(debug|info|warn|error)$/) as string,
  message: expect.any(String) as string,
};

/** As Grafana does it when all values are chosen. */
function fillIn(expr: string, values: Map<string, string[]>): string {
  return expr
    .replaceAll('$__rate_interval', '30s')
    .replaceAll(/\$(\w+)/g, (_, name: string) => `(${values.get(name)?.join('|')})`);
}

function isNumber({ value }: Sample): boolean {
  return Number.isFinite(Number(value[1]));
}
