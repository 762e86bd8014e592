import { MAX_RESULT_BYTES, trainResultSchema } from '@stockout/contracts';
import { describe, expect, it } from 'vitest';
import { toTrainResult, type TrainOutcome } from './outcome.ts';

function buildOutcome(more: Partial<TrainOutcome> = {}): TrainOutcome {
  const metrics = {
    auc: 1 / 3,
    prAuc: 1 / 3,
    f1: 1 / 3,
    precision: 1 / 3,
    recall: 1 / 3,
    brier: 1 / 3,
    logLoss: 1 / 3,
    ece: null,
  };
  return {
    run: 'retail-v4-abcdef',
    version: 'v4',
    uri: 'file:///var/lib/stockout/models/default/retail/v4',
    digest: `sha256:${'0'.repeat(64)}`,
    trainedAt: '2026-01-01T00:00:00.000Z',
    dataVersion: 12,
    features: Array.from({ length: 15 }, (_, i) => `sales_roll${i}_avg`),
    metrics,
    confusionMatrix: { tn: 100_000, fp: 10_000, fn: 10_000, tp: 100_000 },
    baseline: { feature: 'inventory', direction: -1, auc: 1 / 3, prAuc: 1 / 3, f1: 1 / 3 },
    champion: { version: 'v3', metrics },
    gates: buildGates(4),
    warnings: ['a short one'],
    seconds: 12.3,
    ...more,
  };
}

function buildGates(count: number): TrainOutcome['gates'] {
  return Array.from({ length: count }, (_, i) => ({
    metric: 'auc',
    rule: 'min',
    threshold: '0.95',
    value: 1 / 3,
    passed: i % 2 === 0,
    reason: i % 2 === 0 ? 'Passed' : 'BelowMinimum',
    message: 'auc 0.3333 is below the minimum 0.95',
  }));
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the result of a training in a termination message', () => {
  it('is the whole outcome but for the sentences of the gates', () => {
    const result = trainResultSchema.parse(toTrainResult(buildOutcome()));
    expect(result.warnings).toEqual(['a short one']);
    expect(result.gates).toHaveLength(4);
    expect(result.gates[0]).not.toHaveProperty('message');
  });

  it('gives up warnings before it gives up gates', () => {
    const result = toTrainResult(
      buildOutcome({ gates: buildGates(8), warnings: ['ö'.repeat(400), 'é'.repeat(400)] }),
    );
    expect(bytesOf(result)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    expect(result.gates).toHaveLength(8);
    expect(result.warnings.join()).not.toContain('ö'.repeat(200));
  });

  it('fits with sixteen gates and forty features', () => {
    const features = Array.from({ length: 40 }, (_, i) => `product_oos_hours_${i}_roll7_avg`);
    const result = toTrainResult(
      buildOutcome({ features, gates: buildGates(16), warnings: ['x'.repeat(900)] }),
    );
    expect(bytesOf(result)).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    expect(result.features).toEqual(features);
  });

  it('says what to shorten where nothing more can be given up', () => {
    const uri = `file:///${'x'.repeat(MAX_RESULT_BYTES)}`;
    expect(() => toTrainResult(buildOutcome({ uri }))).toThrow(/shorten the storage's URI/);
  });
});
