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
import { median, spread } from './figures/spread.ts';
import { pythonWith, runForJson } from './python/venv.ts';
import { PARAMS, readLabelledRows, ROUNDS } from './train/retail-rows.ts';

interface Turn {
  rows: number;
  check: number;
  /** From the dense matrix to the contributions. */
  seconds: number;
  cpu: number;
  megabytes: number;
}

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
  console.log(`${ours[0]?.rows} rows, ${ROUNDS} trees, ${turns} turns each; median (range)`);
  for (const [name, all] of Object.entries({ stockout: ours, python: theirs })) {
    const of = (key: keyof Turn): number[] => all.map((turn) => turn[key]);
    const megabytes = median(of('megabytes')).toFixed(0);
    console.log(
      `${name.padEnd(8)} ${spread(of('seconds'), 1)} s, ${spread(of('cpu'), 1)} s of CPU, peak memory ${megabytes} MB`,
    );
  }
  const ratio = (of: 'seconds' | 'cpu'): string =>
    spread(
      ours.map((turn, i) => (theirs[i] as Turn)[of] / turn[of]),
      2,
    );
  console.log(`speed    ${ratio('seconds')} x python's, by CPU ${ratio('cpu')}`);
  const checks = [...ours, ...theirs].map(({ check }) => check);
  const near = Math.max(...checks) - Math.min(...checks) < 1e-6 * Math.max(...checks);
  console.log(`results  ${near ? 'equal' : 'DIFFER'}`);
}
