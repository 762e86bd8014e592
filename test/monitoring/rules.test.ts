import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRules } from './component.ts';
import { LIFECYCLE_STORIES } from './lifecycle-stories.ts';
import { SLO_STORIES } from './slo-stories.ts';
import { TRAFFIC_STORIES } from './traffic-stories.ts';
import type { Story } from './story.ts';
import { TLS_STORIES } from './tls-stories.ts';
import { ensurePrometheus, promtool } from './tools.ts';

const RULES = 'rules.yaml';
const STORIES = [...LIFECYCLE_STORIES, ...SLO_STORIES, ...TRAFFIC_STORIES, ...TLS_STORIES];

describe('the alerts, by promtool', () => {
  let dir: string;

  beforeAll(async () => {
    await ensurePrometheus();
    dir = await mkdtemp(join(tmpdir(), 'stockout-rules-'));
    await writeFile(join(dir, RULES), stringify(await readRules()));
  }, 300_000);

  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('are well formed, each rule once', async () => {
    expect(await promtool('check', 'rules', join(dir, RULES))).toContain('SUCCESS');
  });

  it('each has a story in which it fires and resolves', async () => {
    const { groups } = await readRules();
    const alerts = groups.flatMap(({ rules }) => rules.flatMap(({ alert }) => alert ?? []));
    const told = STORIES.filter(({ firing }) => {
      const counts = Object.values(firing).map((alertsThen) => alertsThen.length);
      return counts.some((count, at) => count > (counts[at + 1] ?? count));
    });
    expect([...new Set(told.map(({ alert }) => alert))].sort()).toEqual([...new Set(alerts)].sort());
  });

  it.each(STORIES)('$alert: $name', async (story) => {
    const file = join(dir, 'story.yaml');
    await writeFile(file, stringify(unitTestOf(story)));
    expect(await promtool('test', 'rules', file)).toContain('SUCCESS');
  });

  it('a story that does not hold is found out', async () => {
    const file = join(dir, 'story.yaml');
    const [story] = STORIES as [Story];
    await writeFile(file, stringify(unitTestOf({ ...story, firing: { '10m': [] } })));
    await expect(promtool('test', 'rules', file)).rejects.toThrow('StockoutOperatorDown');
  });

  it('words are filled in', async () => {
    const file = join(dir, 'story.yaml');
    await writeFile(file, stringify(WORDS));
    expect(await promtool('test', 'rules', file)).toContain('SUCCESS');
  });
});

/** A test file of promtool's own. */
function unitTestOf({ alert, interval, series, firing }: Story): object {
  const expr = `ALERTS{alertname="${alert}",alertstate="firing"}`;
  return {
    rule_files: [RULES],
    evaluation_interval: '1m',
    tests: [
      {
        interval,
        input_series: inputOf(series),
        promql_expr_test: Object.entries(firing).map(([at, alerts]) => ({
          expr,
          eval_time: at,
          exp_samples: alerts.map((labels) => ({ labels: seriesName(alert, labels), value: 1 })),
        })),
      },
    ],
  };
}

function inputOf(series: Record<string, string>): object[] {
  return Object.entries(series).map(([name, values]) => ({ series: name, values: longForm(values) }));
}

/** `1x2` as `1+0x2`, which every promtool reads. */
function longForm(values: string): string {
  return values.replaceAll(/(?<=^| )([\d.]+)x(\d+)/g, '$1+0x$2');
}

function seriesName(alert: string, labels: Record<string, string>): string {
  const all = Object.entries({ alertname: alert, alertstate: 'firing', ...labels });
  return `ALERTS{${all.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
}

const WORDS = {
  rule_files: [RULES],
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: inputOf({
        'stockout_gate_failures_total{namespace="shop",model="retail",metric="auc",rule="min"}': '_x10 1x20',
      }),
      alert_rule_test: [
        {
          eval_time: '15m',
          alertname: 'StockoutGateFailures',
          exp_alerts: [
            {
              exp_labels: {
                severity: 'warning',
                namespace: 'shop',
                model: 'retail',
                metric: 'auc',
                rule: 'min',
              },
              exp_annotations: {
                summary: 'A new version of shop/retail failed the gate on auc',
                description:
                  'Within the last hour a version did not pass its gate auc (min). What serves goes on serving.',
                runbook_url:
                  'https://github.com/stockout/stockout/blob/main/docs/runbooks/StockoutGateFailures.md',
              },
            },
          ],
        },
      ],
    },
  ],
};
