// Features by DuckDB, by PySpark local[2] and by Spark through our client, and scoring by CASE or by a table of leaves.
//
//   npm run bench -- spark [--copies 24] [--turns 5] [--only processes|clients|scoring]
//
// Spark comes from the cache folder, as for `npm run test:interop`. 24 copies of the retail data are 26 million rows.
// In alternating turns, CPU beside the wall clock: on a machine that others use only ratios mean something. The bars:
// DuckDB at least 10 times as fast as PySpark local[2], both from the start of the process to its end; our client at
// most 1.05 times what PySpark's takes for the same write on the same server.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openDuckDB, quoteLiteral, renderFeatures } from '@stockout/features';
import { openSpark } from '../pipeline/src/engines/spark/connect/session.ts';
import { readFeatureMatrix } from '../pipeline/src/engines/duckdb/feature-matrix.ts';
import { parseTreeModel, type TreeModel } from '../pipeline/src/export/tree-model.ts';
import { XGBoost } from '../pipeline/src/xgboost/xgboost.ts';
import { installSpark } from '../test/interop/spark/install.ts';
import { startSparkServer } from '../test/interop/spark/server.ts';
import { writeCopies } from './features/copies.ts';
import { STANDARD } from './features/standard.ts';
import { median, spread } from './figures/spread.ts';
import { cpuOf } from './figures/process-usage.ts';
import { sumByCase, sumByLeaves } from './spark/score.ts';

const { values: asked } = parseArgs({
  options: {
    copies: { type: 'string', default: '1' },
    turns: { type: 'string', default: '5' },
    only: { type: 'string', default: 'all' },
  },
});
const turns = Number(asked.turns);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const RENDERED = renderFeatures(STANDARD);
const { python } = await installSpark();
const folder = await mkdtemp(path.join(tmpdir(), 'stockout-bench-'));
try {
  console.log(`load average before: ${loadavg()[0]?.toFixed(1)}`);
  const raw = path.join(folder, 'raw.parquet');
  const rows = await writeCopies(raw, Number(asked.copies));
  const sql = path.join(folder, 'features.sql');
  const query = `WITH raw AS (SELECT * FROM parquet.\`${raw}\`) ${RENDERED.sql}`;
  await writeFile(sql, query);
  const wants = (part: string): boolean => asked.only === 'all' || asked.only === part;
  if (wants('processes')) await compareProcesses(rows, raw, sql);
  if (wants('clients')) await compareClients(query, sql);
  if (wants('scoring')) await compareScoring(query);
} finally {
  await rm(folder, { recursive: true, maxRetries: 3 });
}

interface Time {
  seconds: number;
  cpu: number;
}

/** From the start of a process to its end; what it prints is CPU that its children took, whom bash does not see. */
async function timedProcess(program: string, args: readonly string[]): Promise<Time> {
  const measured = ['-c', 'TIMEFORMAT="%R %U %S"; time "$0" "$@" 2>/dev/null', program, ...args];
  const { stdout, stderr } = await promisify(execFile)('bash', measured);
  const [seconds = 0, user = 0, system = 0] = stderr.trim().split(' ').map(Number);
  return { seconds, cpu: user + system + Number(stdout) };
}

async function compareProcesses(rows: number, raw: string, sql: string): Promise<void> {
  const [ours, theirs]: [Time[], Time[]] = [[], []];
  for (let turn = 0; turn < turns; turn++) {
    const out = path.join(folder, `out-${turn}`);
    await mkdir(out);
    ours.push(await timedProcess(process.execPath, [here('spark/duckdb.ts'), raw, out]));
    theirs.push(await timedProcess(python, [here('spark/local.py'), sql, path.join(out, 'spark')]));
    await rm(out, { recursive: true });
  }
  tell(`DuckDB, ${rows} rows, start included`, ours);
  tell('PySpark local[2], the same SQL, start included', theirs);
  tellRatio('PySpark to DuckDB', theirs, ours);
}

async function compareClients(query: string, sql: string): Promise<void> {
  await using server = await startSparkServer({ memory: '4g' });
  const pid = server.process.pid ?? 0;
  await using spark = await openSpark(server.connectUrl);
  const peer = await startPeer(server.connectUrl.replace('127.0.0.1', 'localhost'), sql);
  const [ours, theirs]: [Time[], Time[]] = [[], []];
  const target = {
    path: path.join(folder, 'ours'),
    mode: 'Overwrite',
    options: { overwriteSchema: 'true' },
  } as const;
  // Java compiles what it has run a few times: the first turns are not counted.
  for (let turn = -2; turn < turns; turn++) {
    const mine = await timed(pid, () => spark.write(query, target));
    const its = await timed(pid, () => peer.write());
    if (turn < 0) continue;
    ours.push(mine);
    theirs.push(its);
  }
  peer.end();
  tell('Spark through our client, warm, Delta', ours);
  tell('Spark through PySpark, warm, Delta', theirs);
  tellRatio('ours to PySpark', ours, theirs);
}

/** PySpark's client in a process that stays; it sends a token in the clear to localhost alone. */
async function startPeer(connectUrl: string, sql: string) {
  const peer = spawn(python, [here('spark/connect.py'), connectUrl, sql, path.join(folder, 'theirs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    write: async () => {
      peer.stdin.write('\n');
      if ((await lines.next()).done) throw new Error('PySpark has ended');
    },
    end: () => peer.stdin.end(),
  };
}

/** The wall clock here, and the CPU of the server. */
async function timed(pid: number, run: () => Promise<unknown>): Promise<Time> {
  const [start, used] = [performance.now(), await cpuOf(pid)];
  await run();
  return { seconds: (performance.now() - start) / 1000, cpu: (await cpuOf(pid)) - used };
}

async function compareScoring(query: string): Promise<void> {
  await using server = await startSparkServer({ memory: '4g' });
  const pid = server.process.pid ?? 0;
  await using spark = await openSpark(server.connectUrl);
  const table = path.join(folder, 'features');
  await spark.write(query, { path: table, mode: 'Overwrite', options: {} });
  await spark.run('SET spark.sql.codegen.wholeStage = false');
  const model = await trainModel();
  const all = `delta.\`${table}\``;
  // Always the same rows, which a LIMIT would not be: 300 products, 7 days.
  const few = `(SELECT * FROM ${all} WHERE date >= DATE '2025-06-01' AND date < DATE '2025-06-08'
    AND store_id = (SELECT min(store_id) FROM ${all}))`;
  const byCase = (relation: string) => spark.rows<Sum>(sumByCase(relation, model));
  for (const [name, relation] of [
    ['2,100 rows', few],
    ['all rows', all],
  ] as const) {
    const times: Time[] = [];
    for (let turn = 0; turn < Math.min(turns, 3); turn++)
      times.push(await timed(pid, () => byCase(relation)));
    tell(`scores of 200 trees by CASE, ${name}`, times);
  }
  const leaves = await sumByLeaves(spark, few, model);
  tell('scores of 200 trees by a table of leaves, 2,100 rows', [await timed(pid, () => spark.rows(leaves))]);
  console.log('the same sums:', await byCase(few), await spark.rows<Sum>(leaves));
}

interface Sum {
  n: number;
  total: number;
}

/** 200 trees of depth 6, as the defaults have it, on a fifth of the series. */
async function trainModel(): Promise<TreeModel> {
  await using db = await openDuckDB({ threads: 2 });
  const retail = quoteLiteral(here('../data/retail_stockout_data.parquet'));
  await db.run(`CREATE TABLE raw AS SELECT * FROM ${retail} WHERE hash(store_id, product_id) % 5 = 0`);
  await db.run(`CREATE TABLE features AS ${RENDERED.sql}`);
  const { features, label } = RENDERED;
  const where = `${label} IS NOT NULL`;
  const { values, rows, labels } = await readFeatureMatrix(db, {
    relation: 'features',
    features,
    label,
    where,
  });
  await using xgboost = await XGBoost.start();
  await using model = await xgboost.train({
    data: { values, rows, columns: features.length, labels },
    featureNames: features,
    params: {
      objective: 'binary:logistic',
      tree_method: 'hist',
      max_depth: '6',
      eta: '0.08',
      seed: '42',
      nthread: '2',
    },
    rounds: 200,
  });
  return parseTreeModel(await model.save('json'));
}

function tell(what: string, times: readonly Time[]): void {
  const of = (key: keyof Time): number[] => times.map((time) => time[key]);
  console.log(
    `${what}: ${spread(of('seconds'), 2)} s, CPU ${spread(of('cpu'), 2)} s, load ${loadavg()[0]?.toFixed(1)}`,
  );
}

function tellRatio(what: string, mine: readonly Time[], theirs: readonly Time[]): void {
  const ratio = (key: keyof Time) => mine.map((time, i) => time[key] / (theirs[i] as Time)[key]);
  console.log(`${what}: ${spread(ratio('seconds'), 3)} x, CPU ${median(ratio('cpu')).toFixed(3)} x`);
}
