// 200 trees of depth 6 on all labelled rows of the retail data: this product against Python's xgboost of the same
// version, in alternating turns, each in a process of its own, with the same threads and the same wait policy.
//
//   node bench/train.ts [turns]
//
// Python comes from a venv of its own with numpy and scipy; its xgboost is the wheel that the install unpacked, so both
// sides call the very same shared library, and the model files must be equal byte for byte.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { median, spread } from './figures/spread.ts';
import { pythonWith, runForJson } from './python/venv.ts';
import { PARAMS, readLabelledRows, ROUNDS } from './train/retail-rows.ts';

const TURNS = Number(process.argv[2] ?? 5);

interface Turn {
  version: string;
  /** From the dense matrix to the last tree. */
  seconds: number;
  /** Seconds of CPU in that time: what a busy machine disturbs less. */
  cpu: number;
  digest: string;
  megabytes: number;
}

async function writeRows(folder: string): Promise<number> {
  const { values, labels, rows, features } = await readLabelledRows();
  await writeFile(path.join(folder, 'X.f32'), values);
  await writeFile(path.join(folder, 'y.f32'), labels);
  await writeFile(path.join(folder, 'names.json'), JSON.stringify(features));
  return rows;
}

function report(name: string, turns: readonly Turn[]): void {
  const seconds = spread(
    turns.map((turn) => turn.seconds),
    2,
  );
  const cpu = spread(
    turns.map((turn) => turn.cpu),
    2,
  );
  const megabytes = median(turns.map((turn) => turn.megabytes)).toFixed(0);
  console.log(
    `${name.padEnd(10)} XGBoost ${turns[0]?.version}: ${seconds} s, ${cpu} s of CPU, peak memory ${megabytes} MB`,
  );
}

const file = (name: string): string => fileURLToPath(new URL(`train/${name}`, import.meta.url));
const python = await pythonWith(file('requirements.txt'));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
try {
  const rows = await writeRows(folder);
  const turns: { ours: Turn; theirs: Turn }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const theirs = runForJson<Turn>(python, [
      file('peer.py'),
      folder,
      JSON.stringify(PARAMS),
      String(ROUNDS),
    ]);
    turns.push({ ours: runForJson<Turn>(process.execPath, [file('ours.ts'), folder]), theirs });
  }
  console.log(
    `${ROUNDS} trees of depth ${PARAMS.max_depth} on ${rows} rows, ${TURNS} turns each; median (range)`,
  );
  report('stockout', turns.map((turn) => turn.ours)); // prettier-ignore
  report('python', turns.map((turn) => turn.theirs)); // prettier-ignore
  const ratio = (of: 'seconds' | 'cpu'): string =>
    spread(
      turns.map(({ ours, theirs }) => ours[of] / theirs[of]),
      2,
    );
  console.log(`ratio      ${ratio('seconds')}, by CPU ${ratio('cpu')}`);
  const digests = new Set(turns.flatMap(({ ours, theirs }) => [ours.digest, theirs.digest]));
  console.log(`model.ubj  ${digests.size === 1 ? 'equal byte for byte' : 'DIFFERENT'}`);
} finally {
  await rm(folder, { recursive: true });
}
