// raw -> features -> train -> score on the 1,080,000 retail rows: this product (raw Delta table -> features table ->
// version with its report -> predictions table) against a port of the original chain to pandas, scikit-learn and xgboost,
// in alternating turns, each in a process of its own, with the same shared library of XGBoost and as many threads.
//
//   node bench/port.ts [turns]
//
// Both train 200 trees of depth 6 on the days before the last 30 labelled ones, and score the last 30 days.
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ingest } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { buildModel } from '../pipeline/src/train/model.test-support.ts';
import { median, spread } from './figures/spread.ts';
import { pythonWith, runForJson } from './python/venv.ts';

const STEPS = ['features', 'train', 'score'] as const;
type Steps = Record<(typeof STEPS)[number], number>;

/** What either side prints. */
interface Turn {
  trainRows: number;
  testRows: number;
  scored: number;
  auc: number;
  seconds: Steps;
  cpu: Steps;
  megabytes: number;
}

const TURNS = Number(process.argv[2] ?? 3);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const RETAIL = here('../data/retail_stockout_data.parquet');
const python = await pythonWith(here('port/requirements.txt'));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
const [raw, out] = [path.join(folder, 'raw'), path.join(folder, 'out')];
try {
  await ingest({ model: buildModel(), storage: openStorage(pathToFileURL(raw).href) }, [RETAIL]);
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    theirs.push(await run(python, ['port/peer.py'], [RETAIL, out, String(availableParallelism())]));
    ours.push(await run(process.execPath, ['port/ours.ts'], [pathToFileURL(out).href]));
    console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
  }
  report(ours, theirs);
} finally {
  await rm(folder, { recursive: true });
}

async function run(command: string, [program = '']: string[], args: string[]): Promise<Turn> {
  // Each turn begins with the raw table and nothing else.
  await (command === python ? mkdir(out) : cp(raw, out, { recursive: true }));
  const turn = runForJson<Turn>(command, [here(program), ...args]);
  await rm(out, { recursive: true });
  return turn;
}

function report(ours: readonly Turn[], theirs: readonly Turn[]): void {
  for (const [name, turns] of Object.entries({ stockout: ours, python: theirs })) {
    const [{ trainRows, testRows, scored, auc }] = turns as [Turn];
    const megabytes = median(turns.map((turn) => turn.megabytes)).toFixed(0);
    console.log(
      `${name.padEnd(8)} ${trainRows} rows to train, ${testRows} to test (AUC ${auc.toFixed(4)}), ${scored} scored; ` +
        `peak memory ${megabytes} MB`,
    );
  }
  console.log(`${TURNS} turns each; median (range) of seconds, and of CPU seconds`);
  for (const step of STEPS) tell(step, [step], ours, theirs);
  tell('in all', STEPS, ours, theirs);
}

function tell(
  what: string,
  steps: readonly (keyof Steps)[],
  ours: readonly Turn[],
  theirs: readonly Turn[],
): void {
  const sums = (turns: readonly Turn[], of: 'seconds' | 'cpu'): number[] =>
    turns.map((turn) => steps.reduce((sum, step) => sum + turn[of][step], 0));
  const ratio = (of: 'seconds' | 'cpu'): string =>
    spread(
      sums(theirs, of).map((seconds, i) => seconds / (sums(ours, of)[i] as number)),
      2,
    );
  const side = (turns: readonly Turn[]): string =>
    `${spread(sums(turns, 'seconds'), 2)}, CPU ${spread(sums(turns, 'cpu'), 2)}`;
  console.log(`${what.padEnd(8)} stockout ${side(ours)}; python ${side(theirs)}`);
  console.log(`${' '.repeat(8)} python takes ${ratio('seconds')} x as long, ${ratio('cpu')} x the CPU`);
}
