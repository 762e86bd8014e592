import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allPassed,
  DEFAULT_GATES,
  type Gate,
  GATE_REASONS,
  GATE_RULES,
  type GateInputs,
  type GateRule,
  type GateVerdict,
  judgeGates,
} from './gates.ts';
import { METRIC_NAMES, type MetricName, type Metrics } from './metrics.ts';

const metricsOf = (changes: Partial<Metrics> = {}): Metrics => ({
  ...(Object.fromEntries(METRIC_NAMES.map((name) => [name, null])) as Metrics),
  ...changes,
});
const candidate = (metrics: Partial<Metrics>, rest: Partial<GateInputs> = {}): GateInputs => ({
  metrics: metricsOf(metrics),
  ...rest,
});
const champion = (metrics: Partial<Metrics>, version = 'v1') => ({
  champion: { version, metrics: metricsOf(metrics) },
});
const baseline = (auc: number | null) => ({
  baseline: { feature: 'inventory', direction: -1 as const, auc, prAuc: null, f1: null },
});

function judge(gate: Gate, inputs: GateInputs, serving?: string): GateVerdict {
  const [verdict] = judgeGates([gate], inputs, serving);
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}

type Row = [
  sentence: string,
  gate: Gate,
  inputs: GateInputs,
  serving: string | undefined,
  reason: string,
  message: string,
];

describe('a version', () => {
  test.each<Row>([
    [
      'passes at the minimum',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.95 }),
      undefined,
      'Passed',
      'auc 0.9500 is at least 0.95',
    ],
    [
      'fails below the minimum',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.91 }),
      undefined,
      'BelowMinimum',
      'auc 0.9100 is below the minimum 0.95',
    ],
    [
      'that misses by a hair is told with the digits that show it',
      { metric: 'auc', min: '0.95' },
      candidate({ auc: 0.949_999_6 }),
      undefined,
      'BelowMinimum',
      'auc 0.94999960 is below the minimum 0.95',
    ],
    [
      'passes at the maximum',
      { metric: 'brier', max: '0.1' },
      candidate({ brier: 0.1 }),
      undefined,
      'Passed',
      'brier 0.1000 is at most 0.1',
    ],
    [
      'fails above the maximum',
      { metric: 'ece', max: '0.05' },
      candidate({ ece: 0.2 }),
      undefined,
      'AboveMaximum',
      'ece 0.2000 is above the maximum 0.05',
    ],
    [
      'fails without the metric',
      { metric: 'auc', min: '0.5' },
      candidate({}),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'fails where the metric is NaN',
      { metric: 'auc', min: '-1' },
      candidate({ auc: Number.NaN }),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'passes a comparison while nothing serves',
      { metric: 'auc', maxDropFromServing: '0' },
      candidate({ auc: 0.1 }),
      undefined,
      'NoServingVersion',
      'nothing serves yet',
    ],
    [
      'without the metric fails a comparison even while nothing serves',
      { metric: 'auc', maxDropFromServing: '0' },
      candidate({}),
      undefined,
      'MetricMissing',
      'auc of the version is missing',
    ],
    [
      'passes a drop that is allowed',
      { metric: 'auc', maxDropFromServing: '0.005' },
      candidate({ auc: 0.985 }, champion({ auc: 0.99 })),
      'v1',
      'Passed',
      'auc 0.9850 against 0.9900 of the serving v1 drops by 0.0050, no more than 0.005',
    ],
    [
      'fails a drop that is too large',
      { metric: 'auc', maxDropFromServing: '0.005' },
      candidate({ auc: 0.98 }, champion({ auc: 0.99 })),
      'v1',
      'DroppedFromServing',
      'auc 0.9800 against 0.9900 of the serving v1 drops by 0.0100, more than 0.005',
    ],
    [
      'fails a drop of a metric of which less is better',
      { metric: 'logLoss', maxDropFromServing: '0.01' },
      candidate({ logLoss: 0.2 }, champion({ logLoss: 0.1 })),
      'v1',
      'DroppedFromServing',
      'logLoss 0.2000 against 0.1000 of the serving v1 drops by 0.1000, more than 0.01',
    ],
    [
      'fails where it was not compared',
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }),
      'v1',
      'NotCompared',
      'not compared with v1, which serves: evaluate it again',
    ],
    [
      'fails where it was compared with another version',
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }, champion({ auc: 0.9 }, 'v1')),
      'v2',
      'NotCompared',
      'not compared with v2, which serves: evaluate it again',
    ],
    [
      "fails where the serving version's metric is missing",
      { metric: 'auc', maxDropFromServing: '1' },
      candidate({ auc: 0.99 }, champion({})),
      'v1',
      'MetricMissing',
      'auc of the serving v1 is missing',
    ],
    [
      'passes a gain over the best single feature',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.99 }, baseline(0.8)),
      undefined,
      'Passed',
      'auc 0.9900 against 0.8000 of inventory alone gains 0.1900, at least 0',
    ],
    [
      'fails no gain over the best single feature',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.7 }, baseline(0.8)),
      undefined,
      'NoGainOverBaseline',
      'auc 0.7000 against 0.8000 of inventory alone gains -0.1000, less than 0',
    ],
    [
      'fails a gain over a baseline that is not there',
      { metric: 'auc', minGainOverBaseline: '0' },
      candidate({ auc: 0.7 }),
      undefined,
      'MetricMissing',
      'auc of the best single feature is missing',
    ],
    [
      'fails a gain over a baseline that has no such metric',
      { metric: 'recall', minGainOverBaseline: '0' },
      candidate({ recall: 0.7 }, baseline(0.8)),
      undefined,
      'MetricMissing',
      'recall of the best single feature is missing',
    ],
  ])('%s', (_sentence, gate, inputs, serving, reason, message) => {
    const verdict = judge(gate, inputs, serving);
    expect(verdict).toMatchObject({
      reason,
      message,
      passed: reason === 'Passed' || reason === 'NoServingVersion',
    });
  });

  test('is judged by every gate, in the order given, by what the gate says', () => {
    const verdicts = judgeGates(DEFAULT_GATES, candidate({ auc: 0.96, f1: 0.8 }));
    expect(
      verdicts.map(({ metric, rule, threshold, value, passed }) => ({
        metric,
        rule,
        threshold,
        value,
        passed,
      })),
    ).toEqual([
      { metric: 'auc', rule: 'min', threshold: '0.95', value: 0.96, passed: true },
      { metric: 'f1', rule: 'min', threshold: '0.90', value: 0.8, passed: false },
    ]);
    expect(allPassed(verdicts)).toBe(false);
    expect(allPassed(verdicts.slice(0, 1))).toBe(true);
  });

  test.each<[string, Gate]>([
    ['no rule', { metric: 'auc' }],
    ['two rules', { metric: 'auc', min: '0.9', max: '1' }],
    ['a threshold that is no decimal', { metric: 'auc', min: '' }],
  ])('is not judged by a gate with %s', (_what, gate) => {
    expect(() => judge(gate, candidate({ auc: 0.99 }))).toThrow();
  });
});

const gateOf = (name: MetricName, by: GateRule, at: number): Gate => ({ metric: name, [by]: at.toFixed(9) });

describe('for any gate and metrics', () => {
  const value = fc.oneof(
    fc.constantFrom(null, Number.NaN, Infinity, -Infinity),
    fc.double({ min: -2, max: 2, noNaN: true }),
  );
  const metrics = fc.record(
    Object.fromEntries(METRIC_NAMES.map((name) => [name, value])),
  ) as fc.Arbitrary<Metrics>;
  const inputs = fc.record({
    metrics,
    baseline: fc.option(
      value.map((auc) => baseline(auc).baseline),
      { nil: undefined },
    ),
    champion: fc.option(fc.record({ version: fc.constantFrom('v1', 'v2'), metrics }), { nil: undefined }),
  });
  const serving = fc.constantFrom(undefined, 'v1');
  const rule = fc.constantFrom(...GATE_RULES);
  const metric = fc.constantFrom(...METRIC_NAMES);
  // In billionths, so that every threshold is a decimal of the API.
  const threshold = fc.integer({ min: -2e9, max: 2e9 }).map((billionths) => billionths / 1e9);

  test('one whose metric is missing or not a number never passes', () => {
    fc.assert(
      fc.property(metric, rule, threshold, inputs, serving, (name, by, at, given, version) => {
        const verdict = judge(gateOf(name, by, at), given, version);
        if (!Number.isFinite(given.metrics[name] ?? Number.NaN))
          expect(verdict).toMatchObject({ passed: false, reason: 'MetricMissing' });
      }),
    );
  });

  test('tightening a gate never turns a fail into a pass', () => {
    fc.assert(
      fc.property(
        metric,
        rule,
        threshold,
        threshold,
        inputs,
        serving,
        (name, by, one, other, given, version) => {
          const lowIsTight = by === 'max' || by === 'maxDropFromServing';
          const [loose, tight] = one < other === lowIsTight ? [other, one] : [one, other];
          if (judge(gateOf(name, by, tight), given, version).passed) {
            expect(judge(gateOf(name, by, loose), given, version).passed).toBe(true);
          }
        },
      ),
    );
  });

  test('a verdict has a known reason, a value that JSON can hold, and passes only by a reason that lets it', () => {
    fc.assert(
      fc.property(metric, rule, threshold, inputs, serving, (name, by, at, given, version) => {
        const verdict = judge(gateOf(name, by, at), given, version);
        expect(GATE_REASONS).toContain(verdict.reason);
        expect(verdict.passed).toBe(verdict.reason === 'Passed' || verdict.reason === 'NoServingVersion');
        expect(verdict.value === null || Number.isFinite(verdict.value)).toBe(true);
      }),
    );
  });

  test('a version never drops from itself', () => {
    fc.assert(
      fc.property(metric, metrics, (name, own) => {
        const verdict = judge(
          gateOf(name, 'maxDropFromServing', 0),
          { metrics: own, champion: { version: 'v1', metrics: own } },
          'v1',
        );
        expect(verdict.passed).toBe(Number.isFinite(own[name] ?? Number.NaN));
      }),
    );
  });
});
