// raw -> features over the retail data (1.08M rows): node bench/features.ts
// Five turns after one to warm up, side by side: plain windows over rows (wrong as soon as a day is missing), the one
// SELECT for any data, and what the product does. The bar: 1.2 s where plain windows over rows take 0.7 s. Then Extended with
// the history of one covariate, without a region and with one: 20 stores in 5 regions.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type DuckDB,
  type FeaturesRequest,
  openDuckDB,
  quoteLiteral,
  renderFeatures,
  renderParts,
} from '@stockout/features';
import { type PipelineContext, ensureFeatures, ingest } from '@stockout/pipeline';
import { openStorage } from '@stockout/storage';
import { readFeatureMatrix } from '../pipeline/src/engines/duckdb/feature-matrix.ts';
import { openRelation } from '../pipeline/src/tables/relation.ts';
import { type ExistingSnapshot, loadSnapshot } from '../pipeline/src/tables/snapshot.ts';
import { EXTENDED, EXTENDED_BY_REGION, STANDARD } from './features/standard.ts';
import { spread } from './figures/spread.ts';
import { buildModel } from '../pipeline/src/train/model.test-support.ts';

const RUNS = 5;
const RETAIL = fileURLToPath(new URL('../data/retail_stockout_data.parquet', import.meta.url));

const ROW_WINDOWS = readFileSync(new URL('features/row-windows.sql', import.meta.url), 'utf8');
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

/** The product's own SQL on the raw Delta table, written as Parquet, beside plain windows over rows. */
async function measureFeatures(context: PipelineContext): Promise<void> {
  await using db = await openDuckDB({ threads: 2 });
  const location = { storage: context.storage ?? openStorage(''), path: 'raw', name: 'raw' };
  const snapshot = (await loadSnapshot(db, location)) as ExistingSnapshot;
  await using relation = await openRelation(location, snapshot);
  const raw = `SELECT * FROM ${relation.sql}`;
  // One day in ten is missing of every fifth series.
  const gappy = `${raw} WHERE hash(store_id, product_id) % 5 > 0 OR hash(date, product_id) % 10 > 0`;
  await sideBySide({
    'plain windows over rows': () => copyTo(db, raw, ROW_WINDOWS),
    'windows over the calendar': () => copyTo(db, raw, renderFeatures(STANDARD).sql),
    'stockout, no gaps': () => copyParts(db, raw, STANDARD),
    'windows over the calendar, a fifth of the series gappy': () =>
      copyTo(db, gappy, renderFeatures(STANDARD).sql),
    'stockout, a fifth of the series gappy': () => copyParts(db, gappy, STANDARD),
  });
  const regions = `SELECT *, inventory / 7 AS hours, 'R' || CAST(right(store_id, 2) AS INT) % 5 AS region FROM (${raw})`;
  await sideBySide({
    'Extended, history of one covariate': () => copyParts(db, regions, EXTENDED),
    'the same with a region': () => copyParts(db, regions, EXTENDED_BY_REGION),
  });
}

async function copyParts(db: DuckDB, raw: string, request: FeaturesRequest): Promise<void> {
  await using parts = await renderParts(db, raw, request);
  for (const select of parts.selects) await copyOut(db, select);
}

async function copyTo(db: DuckDB, raw: string, select: string): Promise<void> {
  await copyOut(db, `WITH raw AS (${raw}) ${select}`);
}

async function copyOut(db: DuckDB, select: string): Promise<void> {
  const out = quoteLiteral(join(folder, 'features.parquet'));
  await db.run(`COPY (${select}) TO ${out} (FORMAT parquet, COMPRESSION zstd)`);
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

/** In alternating turns: the machine's moods fall on all alike. */
async function sideBySide(contenders: Record<string, () => Promise<unknown>>): Promise<void> {
  const names = Object.keys(contenders);
  const times = new Map(names.map((name) => [name, [] as Time[]]));
  for (let turn = 0; turn <= RUNS; turn++) {
    for (const name of names) {
      const time = await timed(contenders[name] as () => Promise<unknown>);
      if (turn > 0) times.get(name)?.push(time);
    }
  }
  for (const [name, taken] of times) tell(name, taken);
}

async function measure(what: string, runs: number, run: () => Promise<unknown>): Promise<void> {
  const taken: Time[] = [];
  if (runs > 1) await run();
  for (let i = 0; i < runs; i++) taken.push(await timed(run));
  tell(what, taken);
}

interface Time {
  seconds: number;
  cpu: number;
}

async function timed(run: () => Promise<unknown>): Promise<Time> {
  const start = performance.now();
  const used = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(used);
  return { seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 };
}

/** On a busy machine the wall clock tells of the others; the CPU's time is ours. */
function tell(what: string, taken: readonly Time[]): void {
  const seconds = taken.map((time) => time.seconds);
  const cpu = taken.map((time) => time.cpu);
  console.log(`${what}: ${spread(seconds, 2)} s, ${taken.length} runs, CPU ${spread(cpu, 2)} s`);
}
