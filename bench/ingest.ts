// CSV -> raw Delta table, every row judged and held against the others: node bench/ingest.ts [ROWS]
// Five runs into an empty table each, beside DuckDB alone turning the same file into Parquet with types but no check.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { openDuckDB, quoteLiteral } from '@stockout/features';
import { generate, ingest } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { buildModel } from '../pipeline/src/train/model.test-support.ts';
import { median, spread } from './figures/spread.ts';

const ROWS = Number(process.argv[2] ?? 2_000_000);
const RUNS = 5;

const folder = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
const csv = join(folder, 'raw.csv');
try {
  await writeCsv();
  const { size } = await stat(csv);
  console.log(`${ROWS.toLocaleString('en')} rows of CSV, ${Math.round(size / 1e6)} MB`);
  console.log(`load average before: ${loadavg()[0]?.toFixed(2)}`);
  await measure('stockout ingest', ingestOnce);
  await measure('DuckDB, CSV to Parquet without checks', copyOnce);
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
} finally {
  await rm(folder, { recursive: true });
}

async function writeCsv(): Promise<void> {
  const parquet = join(folder, 'raw.parquet');
  await generate({ rows: ROWS, seed: 1, out: parquet });
  await using db = await openDuckDB();
  await db.run(`COPY (FROM ${quoteLiteral(parquet)}) TO ${quoteLiteral(csv)} (FORMAT csv, HEADER)`);
}

async function ingestOnce(run: number): Promise<void> {
  const storage = openStorage(pathToFileURL(join(folder, `storage-${run}`)).href);
  const { rows, rejected } = await ingest({ model: buildModel(), storage }, [csv]);
  if (rows !== ROWS || rejected !== 0) throw new Error(`${rows} rows and ${rejected} rejected of ${ROWS}`);
}

async function copyOnce(run: number): Promise<void> {
  await using db = await openDuckDB({ threads: 2 });
  const out = quoteLiteral(join(folder, `plain-${run}.parquet`));
  await db.run(`COPY (FROM read_csv(${quoteLiteral(csv)})) TO ${out} (FORMAT parquet, COMPRESSION zstd)`);
}

async function measure(what: string, once: (run: number) => Promise<void>): Promise<void> {
  const rates: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    const used = process.cpuUsage();
    await once(run);
    rates.push(ROWS / (performance.now() - start));
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / ROWS);
  }
  // On a busy machine the wall clock tells of the others; the CPU's time is ours.
  console.log(
    `${what}: ${spread(rates, 0)} thousand rows/s, ${RUNS} runs; CPU ${median(cpu).toFixed(2)} s a million`,
  );
}
