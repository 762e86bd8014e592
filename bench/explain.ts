// Contributions (exact TreeSHAP) of 1,000,000 rows by a model of 200 trees of depth 6: this product against Python's
// xgboost of the same version (pred_contribs) with the same shared library, model and threads, in alternating turns,
// each in a process of its own. The bar: >= 0.9 x its speed.
//
//   node bench/explain.ts [rows [turns]]
//
// A million rows take three minutes a side on two cores; fewer rows and more turns tell the spread.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { XGBoost } from '@stockout/pipeline/xgboost';
import { ratioOf, tellSides, tellWhetherEqual, type Turn } from './figures/turns.ts';
import { pythonWith, runForJson } from './python/venv.ts';
import { PARAMS, readLabelledRows, ROUNDS } from './train/retail-rows.ts';

const [rows = '1000000', turns = '1'] = process.argv.slice(2);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = await pythonWith(here('explain/requirements.txt'));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
try {
  await writeModel(Number(rows));
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    theirs.push(runForJson<Turn>(python, [here('explain/peer.py'), folder, String(availableParallelism())]));
    ours.push(runForJson<Turn>(process.execPath, [here('explain/ours.ts'), folder]));
    console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
  }
  report(ours, theirs);
} finally {
  await rm(folder, { recursive: true });
}

async function writeModel(count: number): Promise<void> {
  const { values, labels, rows: total, features } = await readLabelledRows();
  const columns = features.length;
  await using xgboost = await XGBoost.start();
  const data = { values, labels, rows: total, columns };
  await using model = await xgboost.train({ data, featureNames: features, params: PARAMS, rounds: ROUNDS });
  await writeFile(path.join(folder, 'model.ubj'), await model.save('ubj'));
  await writeFile(path.join(folder, 'X.f32'), values.subarray(0, Math.min(count, total) * columns));
  await writeFile(path.join(folder, 'names.json'), JSON.stringify(features));
}

function report(ours: readonly Turn[], theirs: readonly Turn[]): void {
  console.log(
    `${ROUNDS} trees, ${turns} turns each, from the dense matrix to the contributions; median (range)`,
  );
  tellSides({ stockout: ours, python: theirs });
  const [speed, byCpu] = [ratioOf(theirs, ours, 'seconds', 2), ratioOf(theirs, ours, 'cpu', 2)];
  console.log(`speed ${speed} x python's, by CPU ${byCpu}`);
  tellWhetherEqual([...ours, ...theirs]);
}
