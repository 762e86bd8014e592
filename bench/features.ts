// raw -> features over the retail data (1.08M rows, calendar windows): node bench/features.ts
// Five runs each after one to warm up; the bar is 2.5 s of DuckDB time on 2 threads.
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openDuckDB, quoteLiteral, renderFeatures } from '@stockout/features';
import { type PipelineContext, ensureFeatures, ingest } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { readFeatureMatrix } from '../pipeline/src/engines/duckdb/feature-matrix.ts';
import { openRelation } from '../pipeline/src/tables/relation.ts';
import { type ExistingSnapshot, loadSnapshot } from '../pipeline/src/tables/snapshot.ts';
import { median, spread } from './figures/spread.ts';
import { buildModel } from '../pipeline/src/train/model.test-support.ts';

const RUNS = 5;
const RETAIL = fileURLToPath(new URL('../data/retail_stockout_data.parquet', import.meta.url));
const COLUMNS = ['store_id', 'product_id', 'date', 'price', 'promo', 'daily_sales', 'inventory', 'stockout'];

const folder = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
try {
  const storage = openStorage(pathToFileURL(join(folder, 'storage')).href);
  const context: PipelineContext = { model: buildModel(), storage };
  console.log(`load average before: ${loadavg()[0]?.toFixed(2)}`);
  await measure('ingest 1,080,000 rows of Parquet', 1, () => ingest(context, [RETAIL]));
  await measureFeatures(context);
  await measure('stockout features, in all', RUNS, async () => {
    for (const { key } of await storage.list('features')) await storage.delete(key);
    await using _ = await ensureFeatures(context);
  });
  await measureMatrix(context);
} finally {
  await rm(folder, { recursive: true });
}

/** The product's own SQL on the raw Delta table, written as Parquet. */
async function measureFeatures(context: PipelineContext): Promise<void> {
  await using db = await openDuckDB({ threads: 2 });
  const location = { storage: context.storage ?? openStorage(''), path: 'raw', name: 'raw' };
  const snapshot = (await loadSnapshot(db, location)) as ExistingSnapshot;
  await using raw = await openRelation(location, snapshot);
  const { sql } = renderFeatures({ set: 'Standard', columns: COLUMNS, horizonDays: 7 });
  const out = quoteLiteral(join(folder, 'features.parquet'));
  await measure('raw -> features, DuckDB on 2 threads', RUNS, () =>
    db.run(`COPY (WITH raw AS (FROM ${raw.sql}) ${sql}) TO ${out} (FORMAT parquet, COMPRESSION zstd)`),
  );
}

async function measureMatrix(context: PipelineContext): Promise<void> {
  await using table = await ensureFeatures(context);
  await using db = await openDuckDB({ threads: 2 });
  const { relation, features, label } = table;
  await measure('features -> matrix of 1,080,000 x 15', RUNS, () =>
    readFeatureMatrix(db, { relation, features, label }),
  );
  console.log(`peak memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`);
}

async function measure(what: string, runs: number, run: () => Promise<unknown>): Promise<void> {
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let i = runs === 1 ? 1 : 0; i <= runs; i++) {
    const start = performance.now();
    const used = process.cpuUsage();
    await run();
    if (i === 0) continue;
    seconds.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1e6);
  }
  // On a busy machine the wall clock tells of the others; the CPU's time is ours.
  const runsTold = runs === 1 ? '' : `, ${runs} runs`;
  console.log(`${what}: ${spread(seconds, 2)} s${runsTold}, CPU ${median(cpu).toFixed(2)} s`);
}
