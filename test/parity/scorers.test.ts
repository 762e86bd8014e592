import { type Calibration, scoreOfMargin } from '@stockout/contracts';
import { exportOnnx, parseTreeModel } from '@stockout/pipeline/export';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { beforeAll, describe, expect, it } from 'vitest';
import { OnnxScorer } from '../../predictor/src/batch/onnx-scorer.ts';
import { BlockTrees } from '../../predictor/src/trees/block-trees.ts';
import { FlatTrees } from '../../predictor/src/trees/flat-trees.ts';
import { parseUbj } from '../../predictor/src/trees/parse-ubj.ts';
import { isSameModel } from '../../predictor/src/version/onnx-model.ts';

// XGBoost trains; the predictor scores with flat trees, in blocks and with ONNX Runtime. All four must say the same.

const ROWS = 100_000;
const COLUMNS = 8;
const TOLERANCE = 1e-6;

const PLATT: Calibration = { method: 'Platt', slope: 1.7, intercept: -0.4 };
const ISOTONIC: Calibration = { method: 'Isotonic', scores: [0.1, 0.3, 0.35, 0.9], risks: [0, 0.2, 0.7, 1] };

/**
 * Values on a coarse grid, so that many lie exactly on a split (where "less" and "less or equal" part), a tenth
 * missing, and two columns whose missing values mean opposite things, so that both ways are the default of some split.
 */
function buildRows(): { values: Float32Array; labels: Float32Array } {
  let state = 7;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const values = new Float32Array(ROWS * COLUMNS);
  const labels = new Float32Array(ROWS);
  for (let row = 0; row < ROWS; row++) {
    let risk = 2 * next() - 1;
    for (let column = 0; column < COLUMNS; column++) {
      const value = Math.round(next() * 40 - 20) / 4;
      const missing = next() < 0.1;
      values[row * COLUMNS + column] = missing ? Number.NaN : value;
      risk += missing ? 3 - column : value * (column - 3.5) * 0.2;
    }
    labels[row] = risk > 0 ? 1 : 0;
  }
  return { values, labels };
}

describe('XGBoost, ONNX Runtime, the flat trees and blocks', () => {
  const { values, labels } = buildRows();
  const matrix = { values, rows: ROWS, columns: COLUMNS };
  let expected: Float32Array;
  let margins: Float32Array;
  let ubj: Uint8Array;
  let json: Uint8Array;

  beforeAll(async () => {
    await using xgboost = await XGBoost.start();
    await using model = await xgboost.train({
      data: { ...matrix, labels },
      featureNames: Array.from({ length: COLUMNS }, (_, i) => `feature_${i}`),
      params: { objective: 'binary:logistic', tree_method: 'hist', max_depth: '6', eta: '0.1', seed: '1' },
      rounds: 100,
    });
    expected = await model.predict(matrix);
    margins = await model.predict(matrix, 'margin');
    ubj = await model.save('ubj');
    json = await model.save('json');
  });

  it('meet splits that send missing values either way', () => {
    const ways = parseTreeModel(json).trees.flatMap((tree) =>
      tree.missingLeft.filter((_, node) => tree.left[node] !== -1),
    );
    expect(new Set(ways)).toEqual(new Set([0, 1]));
  });

  it(`agree within ${TOLERANCE} on ${ROWS} rows: ONNX Runtime`, async () => {
    const onnx = exportOnnx(parseTreeModel(json), 0.5);
    const scorer = await OnnxScorer.create(onnx, COLUMNS);
    try {
      expect(largestDifference(await scorer.score(values, ROWS), expected)).toBeLessThanOrEqual(TOLERANCE);
    } finally {
      await scorer.close();
    }
  });

  it.each<[string, Calibration | undefined, Calibration[]]>([
    ['none', undefined, [PLATT, ISOTONIC]],
    ['Platt', PLATT, [ISOTONIC, { ...PLATT, slope: 1.70001 }, { ...PLATT, intercept: 0.4 }]],
    [
      'Isotonic',
      ISOTONIC,
      [
        PLATT,
        { ...ISOTONIC, risks: [0, 0.2, 0.71, 1] },
        { ...ISOTONIC, scores: [0.1, 0.3, 0.36, 0.9] },
        { ...ISOTONIC, risks: [1e-9, 0.2, 0.7, 1] },
        { ...ISOTONIC, scores: [0.1, 0.3, 0.35], risks: [0, 0.2, 0.7] },
      ],
    ],
  ])(
    'are of one model, which is seen without running it, by trees and calibration: %s',
    (_, calibration, others) => {
      const onnx = exportOnnx(parseTreeModel(json), 0.5, calibration);
      const boosted = parseUbj(ubj);
      expect(isSameModel(onnx, boosted, calibration)).toBe(true);
      const turned = { ...boosted, trees: boosted.trees.toReversed() };
      expect(isSameModel(onnx, turned, calibration)).toBe(false);
      for (const other of [undefined, ...others].filter((each) => each !== calibration))
        expect(isSameModel(onnx, boosted, other)).toBe(false);
    },
  );

  it(`agree within ${TOLERANCE} on ${ROWS} rows: the flat trees`, () => {
    const trees = new FlatTrees(parseUbj(ubj));
    expect(largestDifference(trees.scoreAll(values, ROWS), expected)).toBeLessThanOrEqual(TOLERANCE);
  });

  it(`agree bit for bit on the margins of ${ROWS} rows: blocks`, () => {
    const found = BlockTrees.of(parseUbj(ubj))!.margins(values, ROWS);
    expect(found.findIndex((margin, row) => !Object.is(margin, margins[row]))).toBe(-1);
  });

  // The steepest map that is ever made, with a piece that is nearly flat, and both ends cut off.
  const STEEP: Calibration = {
    method: 'Isotonic',
    scores: [0.3, 0.45, 0.5, 0.6, 0.7],
    risks: [0, 0.6, 0.8, 0.8001, 1],
  };

  it.each([PLATT, STEEP])(`agree within ${TOLERANCE} when calibrated: $method`, async (calibration) => {
    const right = margins.map(scoreOfMargin(calibration));
    const trees = new FlatTrees(parseUbj(ubj), scoreOfMargin(calibration));
    expect(largestDifference(trees.scoreAll(values, ROWS), right)).toBeLessThanOrEqual(TOLERANCE);
    const blocks = BlockTrees.of(parseUbj(ubj), scoreOfMargin(calibration))!;
    expect(largestDifference(blocks.scoreAll(values, ROWS), right)).toBeLessThanOrEqual(TOLERANCE);
    const scorer = await OnnxScorer.create(exportOnnx(parseTreeModel(json), 0.5, calibration), COLUMNS);
    try {
      expect(largestDifference(await scorer.score(values, ROWS), right)).toBeLessThanOrEqual(TOLERANCE);
    } finally {
      await scorer.close();
    }
  });

  it('agree where every leaf is positive, which a TreeEnsembleClassifier would get wrong', async () => {
    const tree = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], value: [0, 0.2, 0.9], missingLeft: [1, 0, 0] }; // prettier-ignore
    const stump = { featureNames: ['inventory'], baseMargin: 0, trees: [tree] };
    const scorer = await OnnxScorer.create(exportOnnx(stump, 0.5), 1);
    try {
      const scores = await scorer.score(new Float32Array([-1, 0, Number.NaN]), 3);
      const right = new Float32Array([0.2, 0.9, 0.2]).map((margin) => 1 / (1 + Math.exp(-margin)));
      expect(largestDifference(scores, right)).toBeLessThan(TOLERANCE);
    } finally {
      await scorer.close();
    }
  });
});

function largestDifference(found: Float32Array, expected: Float32Array): number {
  let worst = 0;
  for (const [row, score] of expected.entries()) {
    const difference = Math.abs((found[row] as number) - score);
    // Written so that NaN counts.
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}
