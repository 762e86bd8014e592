import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { toEvaluateResult } from '../evaluate/evaluate-result.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { SAWTOOTH, writeRawTable } from './raw-table.test-support.ts';
import { train } from './train.ts';
import { testTrainingStorage } from './training-storage.test-support.ts';

const place = testTrainingStorage();
const { buildContext } = place;

/** One of the two specs alone knows the column cost. */
function buildContextOf(features: 'Standard' | 'Extended'): PipelineContext {
  const context = buildContext();
  const covariates = features === 'Extended' ? [{ column: 'cost', history: true }] : [];
  context.model.spec.data = { ...context.model.spec.data, features, covariates };
  return context;
}

describe('a candidate', () => {
  it('is judged against the serving version on the same rows', async () => {
    const gates = [{ metric: 'auc', maxDropFromServing: '0.005' }] as const;
    const context = buildContext({ gates: [...gates] });
    await writeRawTable(context);
    const champion = await train(context);
    expect(champion.gates[0]).toMatchObject({ passed: true, reason: 'NoServingVersion' });
    const weak = buildContext({ gates: [...gates], params: { rounds: 1, maxDepth: 1, eta: '0.3' } });
    const candidate = await train(weak, { against: 'v1' });
    expect(candidate.champion).toEqual({ version: 'v1', metrics: champion.metrics });
    expect(candidate.confidence?.overChampion?.auc?.high).toBeLessThan(0);
    expect(candidate.gates[0]).toMatchObject({ passed: false, reason: 'DroppedFromServing' });

    // The verdict of an evaluation is the same: same rows, same models, same gates.
    const evaluated = await evaluate(weak, { version: 'v2', against: 'v1' });
    expect({ ...evaluated, seconds: 0 }).toEqual({ ...candidate, seconds: 0 });
    expect(toEvaluateResult(evaluated, 'v1')).toEqual({
      kind: 'evaluate',
      version: 'v2',
      metrics: candidate.metrics,
      champion: { version: 'v1', metrics: champion.metrics },
    });
  });

  it.each([
    ['Extended', 'Standard'],
    ['Standard', 'Extended'],
  ] as const)('of %s features and then of %s ones is judged on the same rows', async (first, then) => {
    await writeRawTable(buildContextOf(first), `SELECT *, price * 2 AS cost FROM (${SAWTOOTH})`);
    const champion = await train(buildContextOf(first));
    const candidate = await train(buildContextOf(then), { against: 'v1' });
    // The digits of the same model on the same rows.
    expect(candidate.champion).toEqual({ version: 'v1', metrics: champion.metrics });
    expect(candidate.warnings.join()).not.toContain('compared');
    const evaluated = await evaluate(buildContextOf(then), { version: 'v2', against: 'v1' });
    expect(evaluated.champion).toEqual(candidate.champion);
  });

  it('says so when the champion’s features are not to be had any more', async () => {
    const context = buildContext();
    await writeRawTable(context, `SELECT *, price * 2 AS cost FROM (${SAWTOOTH})`);
    const { data } = context.model.spec;
    const withCost = { ...data, covariates: [{ column: 'cost', history: false }] };
    await train({ ...context, model: { ...context.model, spec: { ...context.model.spec, data: withCost } } });
    await rm(path.join(place.folder, data.rawTable), { recursive: true });
    await writeRawTable(context);
    const candidate = await train(context, { against: 'v1' });
    expect(candidate.champion).toBeUndefined();
    expect(candidate.warnings.join()).toMatch(/v1 could not be compared: the data does not yield all .*cost/);
    expect(() => toEvaluateResult(candidate, 'v1')).toThrow(
      'v1 cannot be scored on the held-out rows of v2: version 0 of the raw table does not yield all of its features any more, or a Spark cluster would have to make them; train again to compare',
    );
  });
});
