import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseline, judge } from './gates.test-support.ts';
import { type Gate, GATE_REASONS, GATE_RULES, type GateRule } from './gates.ts';
import { METRIC_NAMES, type MetricName, type Metrics } from './metrics.ts';

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
