import type { ShadowReport } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aGoldenReport, aShadowReport } from '../testing/played-answers.ts';
import { proving, rolledOut } from '../testing/rollouts.ts';

const stateOf = (cluster: FakeCluster, version: string) =>
  cluster.model.status?.versions?.find(({ name }) => name === version)?.state;

describe('a candidate', () => {
  it('is shown requests for the whole window, then it serves', () => {
    const cluster = proving();
    expect(rolledOut(cluster)).toMatchObject({
      reason: 'Proving',
      message:
        'v2 (green) is on its way, until then v1 (blue) serves: it is shown requests until 2026-11-23T12:01:00Z',
    });
    cluster.pass(59);
    expect(cluster.settle().requeueAfterMs).toBe(1_000);
    expect(cluster.serving).toBe('v1');
    cluster.pass(1);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
    expect(cluster.stores.services.get('shop/retail-candidate')).toBeUndefined();
  });

  it.each<[string, Partial<ShadowReport>, string]>([
    [
      'errors',
      { requests: { compared: 490, errors: 10, dropped: 0 } },
      'of 500 requests error rate 0.02 is above 0.01',
    ],
    [
      'a score shift',
      { scoreShift: { mean: 0.3, max: 0.9 } },
      'of 500 requests score shift 0.3 is above 0.1',
    ],
    [
      'slowness',
      { latency: { ...aShadowReport().latency, candidate: { count: 500, p50: 9, p99: 80 } } },
      'of 500 requests p99 80 ms is above 50 ms',
    ],
    [
      'a figure that is missing',
      { scoreShift: { mean: null, max: null } },
      'of 500 requests score shift cannot be told',
    ],
  ])('is refused for %s, with figures, and not tried again', (_, changes, why) => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport(changes);
    cluster.pass(60);
    cluster.settle();
    expect(cluster.serving).toBe('v1');
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(`v2 (green) was refused, v1 (blue) keeps serving: ${why}`);
    expect(stateOf(cluster, 'v2')).toBe('AnalysisFailed');
    // Nobody asked for v2 by its name: what serves is as it should be.
    expect(cluster.condition('Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect(cluster.condition('Stalled')).toBeUndefined();
    cluster.answers.shadow = aShadowReport();
    cluster.pass(100_000);
    expect(cluster.settle().chains.flat()).toEqual([]);
    expect(cluster.stores.deployments.get('shop/retail-green')?.spec.replicas).toBe(0);
  });

  it('is tried again when the bounds are wider, or when it is pinned, not when it is unpinned', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ scoreShift: { mean: 0.3, max: 0.9 } });
    const refuse = (): void => {
      cluster.bringUp('retail-green');
      cluster.settle();
      cluster.pass(60);
      cluster.settle();
      expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
    };
    cluster.pass(60);
    cluster.settle();
    cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('RollingOut');
    refuse();
    expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    cluster.edit('it is pinned no more', (spec) => delete spec.promotion.version);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
    cluster.edit('a shift is allowed', (spec) => (spec.serving.rollout.analysis!.maxScoreShift = '0.5'));
    cluster.settle();
    cluster.bringUp('retail-green');
    cluster.settle();
    cluster.pass(60);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('that is shown too few requests is shown more, then it is refused as inconclusive', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 99, errors: 0, dropped: 0 } });
    cluster.pass(60);
    cluster.settle();
    expect(rolledOut(cluster)?.message).toContain(
      'fewer than 100 requests so far: it is shown more until 2026-11-23T12:05:00Z',
    );
    cluster.pass(240);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'Inconclusive' });
    expect(rolledOut(cluster)?.message).toContain('99 requests within 300 s are too few to judge by');
    expect(stateOf(cluster, 'v2')).toBe('Inconclusive');
  });

  it('that is shown enough requests in the longer window serves', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 99, errors: 0, dropped: 0 } });
    cluster.pass(60);
    cluster.settle();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 100, errors: 0, dropped: 0 } });
    cluster.pass(10);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('whose pod ended while it was put to the proof is refused', () => {
    const cluster = proving();
    cluster.crash('retail-green', 'OOMKilled');
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'its pod retail-green-v2-0 ended while it was put to the proof: out of memory',
    );
  });

  it('is proved by its golden predictions alone where no analysis is asked for', () => {
    const cluster = proving({});
    expect(cluster.serving).toBe('v2');
  });

  it('of the version that serves is compared with nobody: another spec of its pods changes no score', () => {
    const cluster = proving();
    cluster.pass(60);
    cluster.settle();
    cluster.edit('more memory', (spec) => (spec.serving.resources = { limits: { memory: '1Gi' } }));
    cluster.answers.shadow = undefined;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.stores.services.get('shop/retail')?.spec.selector).toMatchObject({
      'stockout.dev/color': 'blue',
    });
  });
});

test('only a version that passed serves, whatever pods tell: what is missing or odd never passes', () => {
  const share = fc.option(fc.constantFrom(0, 0.005, 0.1, 0.11, 1), { freq: 4 });
  const answer = fc.record({
    compared: fc.constantFrom(0, 1, 99, 100, 5_000),
    errors: fc.constantFrom(0, 1, 60),
    mean: share,
    p99: fc.option(fc.constantFrom(0.1, 50, 50.1), { freq: 4 }),
    reproduced: fc.constantFrom(32, 32, 32, 31, 0),
    silent: fc.boolean(),
    seconds: fc.constantFrom(59, 60, 299, 300, 1_000),
  });
  fc.assert(
    fc.property(answer, ({ compared, errors, mean, p99, reproduced, silent, seconds }) => {
      const cluster = proving();
      const { answers } = cluster;
      answers.golden = aGoldenReport({ reproduced, unanswered: 32 - reproduced });
      const candidate = { count: compared + errors, p50: p99, p99 };
      answers.shadow = silent
        ? new Error('no answer in time')
        : aShadowReport({
            requests: { compared, errors, dropped: 0 },
            scoreShift: { mean, max: mean },
            latency: { ...aShadowReport().latency, candidate },
          });
      cluster.pass(seconds);
      cluster.settle();
      const isGood =
        seconds >= 60 &&
        !silent &&
        reproduced === 32 &&
        compared + errors >= 100 &&
        errors <= 0.01 * (compared + errors) &&
        mean !== null &&
        mean <= 0.1 &&
        p99 !== null &&
        p99 <= 50;
      expect(cluster.serving).toBe(isGood ? 'v2' : 'v1');
    }),
    { numRuns: 100 },
  );
});
