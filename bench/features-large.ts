// Standard features of 26 million rows (24 copies of the retail data under other store ids): this product on 2 threads
// and 1 GiB against pandas with windows over rows, in alternating turns, each in a process of its own.
//
//   node bench/features-large.ts [copies [turns]]
//
// pandas comes from a venv of its own, by features/requirements.txt; it needs some 12 GB for 24 copies.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openDuckDB, quoteLiteral } from '@stockout/features';
import { median, spread } from './figures/spread.ts';
import { pythonWith, runForJson } from './python/venv.ts';

interface Turn {
  rows: number;
  /** Of two columns: both sides must have computed the same. */
  check: number;
  /** From the raw Parquet file to the features' Parquet files. */
  seconds: number;
  cpu: number;
  megabytes: number;
}

const [copies = '24', turns = '3'] = process.argv.slice(2);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const python = await pythonWith(here('features/requirements.txt'));
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
try {
  const raw = path.join(folder, 'raw.parquet');
  await writeCopies(raw, Number(copies));
  const ours: Turn[] = [];
  const theirs: Turn[] = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    theirs.push(await run(python, 'features/peer.py', raw));
    ours.push(await run(process.execPath, 'features/ours.ts', raw));
    console.log(`turn ${turn + 1}, load average ${loadavg()[0]?.toFixed(1)}`);
  }
  report(ours, theirs);
} finally {
  await rm(folder, { recursive: true });
}

async function writeCopies(file: string, count: number): Promise<void> {
  await using db = await openDuckDB();
  const retail = quoteLiteral(here('../data/retail_stockout_data.parquet'));
  await db.run(
    `COPY (SELECT r.* REPLACE (CAST(date AS DATE) AS date, store_id || '_' || copy AS store_id)
      FROM range(${count}) AS t(copy), ${retail} AS r) TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
}

async function run(command: string, program: string, raw: string): Promise<Turn> {
  const out = path.join(folder, 'out');
  await mkdir(out);
  const turn = runForJson<Turn>(command, [here(program), raw, out]);
  await rm(out, { recursive: true });
  return turn;
}

function report(ours: Turn[], theirs: Turn[]): void {
  for (const [name, all] of Object.entries({ stockout: ours, pandas: theirs })) {
    const of = (key: keyof Turn): number[] => all.map((turn) => turn[key]);
    console.log(
      `${name.padEnd(9)} ${all[0]?.rows} rows: ${spread(of('seconds'), 1)} s, ` +
        `${spread(of('cpu'), 1)} s of CPU, peak memory ${median(of('megabytes')).toFixed(0)} MB`,
    );
  }
  const ratio = (key: 'seconds' | 'cpu'): string =>
    spread(
      ours.map((turn, i) => (theirs[i] as Turn)[key] / turn[key]),
      1,
    );
  console.log(`pandas takes ${ratio('seconds')} x as long, ${ratio('cpu')} x the CPU`);
  const checks = [...ours, ...theirs].map(({ check }) => check);
  const near = Math.max(...checks) - Math.min(...checks) < 1e-6 * Math.max(...checks);
  console.log(`results ${near ? 'equal' : 'DIFFER'}`);
}
