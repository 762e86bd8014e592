// The predictor's scorers on one thread, row by row and in batches: flat trees, blocks and ONNX Runtime, with the
// reference model (200 trees of depth 6), or one of another depth, on rows of the retail data. In alternating turns.
//
//   node bench/scorers.ts [turns, default 9] [depth, default 6]
import process from 'node:process';
import { exportOnnx, parseTreeModel } from '@stockout/pipeline/export';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { OnnxScorer } from '../predictor/src/batch/onnx-scorer.ts';
import { BlockTrees } from '../predictor/src/trees/block-trees.ts';
import { FlatTrees } from '../predictor/src/trees/flat-trees.ts';
import { parseUbj } from '../predictor/src/trees/parse-ubj.ts';
import { spread } from './figures/spread.ts';
import { PARAMS, readOriginalRows, ROUNDS } from './train/retail-rows.ts';

const BATCHES = [1, 4, 8, 16, 32, 100, 200, 1000, 10_000, 100_000];
const TURNS = Number(process.argv[2] ?? 9);
const params = { ...PARAMS, max_depth: process.argv[3] ?? PARAMS.max_depth };
/** So many rows in a turn at least, however small the batches. */
const ROWS_A_TURN = 20_000;

const { values, labels, rows, features } = await readOriginalRows();
const columns = features.length;
await using xgboost = await XGBoost.start();
const data = { values, labels, rows, columns };
await using model = await xgboost.train({ data, featureNames: features, params, rounds: ROUNDS });
const boosted = parseUbj(await model.save('ubj'));
const trees = new FlatTrees(boosted);
const blocks = BlockTrees.of(boosted)!;
const onnx = await OnnxScorer.create(exportOnnx(parseTreeModel(await model.save('json')), 0.5), columns, 1);

interface Cost {
  /** Microseconds a row. */
  took: number;
  /** The same of CPU, which a busy machine disturbs less. */
  cpu: number;
}

async function measure(batch: number, score: (matrix: Float32Array) => unknown): Promise<Cost> {
  const calls = Math.max(1, Math.floor(ROWS_A_TURN / batch));
  const [began, usage] = [performance.now(), process.cpuUsage()];
  for (let call = 0; call < calls; call++) {
    const start = (call * batch) % (rows - batch + 1);
    await score(values.subarray(start * columns, (start + batch) * columns));
  }
  const { user, system } = process.cpuUsage(usage);
  const scored = calls * batch;
  return { took: ((performance.now() - began) * 1000) / scored, cpu: (user + system) / scored };
}

const SCORERS: Record<string, (matrix: Float32Array, batch: number) => unknown> = {
  'flat trees': (matrix, batch) => trees.scoreAll(matrix, batch),
  blocks: (matrix, batch) => blocks.scoreAll(matrix, batch),
  'ONNX Runtime': (matrix, batch) => onnx.score(matrix, batch),
};

console.log(
  `${ROUNDS} trees of depth ${params.max_depth}, one thread, ${TURNS} turns; us a row, median (range), of CPU`,
);
for (const batch of BATCHES) {
  const costs = new Map(Object.keys(SCORERS).map((name) => [name, [] as Cost[]]));
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const [name, score] of Object.entries(SCORERS)) {
      const cost = await measure(batch, (matrix) => score(matrix, batch));
      if (turn > 0) costs.get(name)?.push(cost);
    }
  }
  const told = [...costs].map(([name, found]) => {
    const of = (key: keyof Cost): string => spread(found.map((each) => each[key]), 1); // prettier-ignore
    return `${name} ${of('took')}, ${of('cpu')}`;
  });
  console.log(`${String(batch).padStart(7)} rows  ${told.join('  ')}`);
}
await onnx.close();
