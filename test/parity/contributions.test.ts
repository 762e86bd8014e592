import { XGBoost } from '@stockout/pipeline/xgboost';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlatTrees } from '../../predictor/src/trees/flat-trees.ts';
import { parseUbj } from '../../predictor/src/trees/parse-ubj.ts';
import { TreeShap } from '../../predictor/src/trees/tree-shap.ts';

// XGBoost explains (pred_contribs); the predictor explains with code of its own. Both must say the same.

const ROWS = 2_000;
const COLUMNS = 9;
const TOLERANCE = 1e-5;

type Model = Awaited<ReturnType<XGBoost['train']>>;

/** On a coarse grid, so that many values lie exactly on a split; a tenth missing. */
function buildRows(): { values: Float32Array; labels: Float32Array } {
  let state = 11;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const values = new Float32Array(ROWS * COLUMNS);
  const labels = new Float32Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    let risk = 2 * next() - 1;
    for (let column = 0; column < COLUMNS; column++) {
      const value = Math.round(next() * 24 - 12) / 4;
      const missing = next() < 0.1;
      values[row * COLUMNS + column] = missing ? Number.NaN : value;
      risk += missing ? 3 - column : value * (column - 4) * 0.2 + Math.sin(value * column);
    }
    labels[row] = risk > 0 ? 1 : 0;
  }
  return { values, labels };
}

/** The largest differences from XGBoost's contributions, and of the sums from its margins. */
async function compare(model: Model, values: Float32Array): Promise<{ parts: number; sums: number }> {
  const rows = values.length / COLUMNS;
  const expected = await model.contributions({ values, rows, columns: COLUMNS });
  const parsed = parseUbj(await model.save('ubj'));
  const [shap, trees] = [new TreeShap(parsed), new FlatTrees(parsed)];
  const worst = { parts: 0, sums: 0 };
  for (let row = 0; row < rows; row++) {
    const found = [...shap.contributions(values, row * COLUMNS), shap.bias];
    for (const [column, part] of found.entries()) {
      const right = expected[row * (COLUMNS + 1) + column] as number;
      worst.parts = larger(worst.parts, Math.abs(part - right));
    }
    const sum = found.reduce((total, part) => total + part, 0);
    worst.sums = larger(worst.sums, Math.abs(sum - trees.margin(values, row * COLUMNS)));
  }
  return worst;
}

/** Written so that NaN counts. */
function larger(worst: number, difference: number): number {
  return difference <= worst ? worst : difference;
}

describe('contributions by XGBoost and by the predictor', () => {
  const { values, labels } = buildRows();
  let xgboost: XGBoost;
  beforeAll(async () => {
    xgboost = await XGBoost.start();
  });
  afterAll(() => xgboost[Symbol.asyncDispose]());

  const train = (params: Record<string, string>, rounds: number): Promise<Model> =>
    xgboost.train({
      data: { values, labels, rows: ROWS, columns: COLUMNS },
      featureNames: Array.from({ length: COLUMNS }, (_, index) => `feature_${index}`),
      params: { objective: 'binary:logistic', tree_method: 'hist', eta: '0.1', seed: '3', ...params },
      rounds,
    });

  it.each<[string, Record<string, string>, number]>([
    ['stumps', { max_depth: '1' }, 50],
    ['200 trees of depth 6', { max_depth: '6', subsample: '0.9', colsample_bytree: '0.9' }, 200],
    ['trees of depth 10, whose paths need two walks', { max_depth: '10', min_child_weight: '0' }, 40],
    ['trees grown leaf by leaf', { max_depth: '0', grow_policy: 'lossguide', max_leaves: '200' }, 20],
    ['600 trees', { max_depth: '4' }, 600],
    ['no split at all', { max_depth: '3', gamma: '1e9' }, 3],
  ])(`agree within ${TOLERANCE}, and sum to the margin: %s`, async (_, params, rounds) => {
    await using model = await train(params, rounds);
    const { parts, sums } = await compare(model, values.subarray(0, 500 * COLUMNS));
    expect(parts).toBeLessThanOrEqual(TOLERANCE);
    // Margins are sums of 32-bit floats too: XGBoost's own contributions miss them by as much.
    expect(sums).toBeLessThanOrEqual(3 * TOLERANCE);
  });

  it(`agree within ${TOLERANCE} on any row: on splits, missing, far outside`, async () => {
    await using model = await train({ max_depth: '6' }, 60);
    const cell = fc.oneof(
      fc.constant(Number.NaN),
      fc.integer({ min: -24, max: 24 }).map((quarter) => quarter / 8),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    );
    const row = fc.array(cell, { minLength: COLUMNS, maxLength: COLUMNS });
    const rows = fc.array(row, { minLength: 1, maxLength: 40 });
    const check = fc.asyncProperty(rows, async (drawn) => {
      expect((await compare(model, Float32Array.from(drawn.flat()))).parts).toBeLessThanOrEqual(TOLERANCE);
    });
    await fc.assert(check, { numRuns: 20 });
  });
});
