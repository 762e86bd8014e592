// The predictor's two scorers on one thread, row by row and in batches: flat trees against ONNX Runtime, with the
// reference model (200 trees of depth 6) on rows of the retail data. In alternating turns.
//
//   node bench/scorers.ts
import { exportOnnx, parseTreeModel } from '@stockout/pipeline/export';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { OnnxScorer } from '../predictor/src/batch/onnx-scorer.ts';
import { FlatTrees } from '../predictor/src/trees/flat-trees.ts';
import { parseUbj } from '../predictor/src/trees/parse-ubj.ts';
import { median, spread } from './figures/spread.ts';
import { PARAMS, readOriginalRows, ROUNDS } from './train/retail-rows.ts';

const BATCHES = [1, 10, 50, 100, 200, 1000, 10_000, 100_000];
const TURNS = 9;
/** So many rows in a turn at least, however small the batches. */
const ROWS_A_TURN = 20_000;

const { values, labels, rows, features } = await readOriginalRows();
const columns = features.length;
await using xgboost = await XGBoost.start();
const data = { values, labels, rows, columns };
await using model = await xgboost.train({ data, featureNames: features, params: PARAMS, rounds: ROUNDS });
const trees = new FlatTrees(parseUbj(await model.save('ubj')));
const onnx = await OnnxScorer.create(exportOnnx(parseTreeModel(await model.save('json')), 0.5), columns, 1);

/** Microseconds a row. */
async function measure(batch: number, score: (matrix: Float32Array) => unknown): Promise<number> {
  const calls = Math.max(1, Math.floor(ROWS_A_TURN / batch));
  const began = performance.now();
  for (let call = 0; call < calls; call++) {
    const start = (call * batch) % (rows - batch + 1);
    await score(values.subarray(start * columns, (start + batch) * columns));
  }
  return ((performance.now() - began) * 1000) / (calls * batch);
}

console.log(
  `${ROUNDS} trees of depth ${PARAMS.max_depth}, one thread, ${TURNS} turns; us a row, median (range)`,
);
for (const batch of BATCHES) {
  const flat: number[] = [];
  const runtime: number[] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const pair = [
      await measure(batch, (matrix) => trees.scoreAll(matrix, batch)),
      await measure(batch, (matrix) => onnx.score(matrix, batch)),
    ] as const;
    if (turn === 0) continue;
    flat.push(pair[0]);
    runtime.push(pair[1]);
  }
  const ratio = median(flat.map((value, turn) => value / (runtime[turn] as number)));
  console.log(
    `${String(batch).padStart(7)} rows  flat trees ${spread(flat, 1)}  ONNX Runtime ${spread(runtime, 1)}  ratio ${ratio.toFixed(2)}`,
  );
}
await onnx.close();
