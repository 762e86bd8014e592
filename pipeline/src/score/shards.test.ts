import { cp } from 'node:fs/promises';
import * as fc from 'fast-check';
import type { Storage } from '@stockout/storage';
import { beforeEach, describe, expect, test } from 'vitest';
import { ingest } from '../ingest/ingest.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { type ShardOptions, score, scoreShard } from './score.ts';
import { buildJob, loadSalesScorer, putVersion } from './scoring.test-support.ts';
import { shardsOf } from './shards.ts';

const createWorkspace = testWorkspaces(testDuckDB());
const SHARDS = 3;
const OPTIONS: ShardOptions = { run: 'run-1', version: 'v1', patienceMs: 0, loadScorer: loadSalesScorer };
const JOB = buildJob({ shards: SHARDS, output: { table: 'predictions', mode: 'Append' } });
const TWELVE_SERIES = rawRows({ stores: 2, products: 6 });
/** Of three days. */
const ROWS = 36;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', TWELVE_SERIES)]);
  await putVersion(workspace.storage, 'v1');
});

const pod = (index: number, options: Partial<ShardOptions> = {}, of = SHARDS) =>
  scoreShard(workspace.context, JOB, { index, of }, { ...OPTIONS, ...options });

function rowsOf(table: string) {
  return workspace.query(table, 'SELECT * EXCLUDE scored_at FROM {table} ORDER BY ALL');
}

test('a run on Spark has no shards: none is scored here in its place', async () => {
  const engine = { type: 'Spark' as const, connectUrl: 'sc://127.0.0.1:1' };
  const part = scoreShard(workspace.context, buildJob({ engine }), { index: 0, of: 1 }, OPTIONS);
  await expect(part).rejects.toThrow('engine Spark has no shards');
});

describe('a run of several shards', () => {
  test('is committed by the pod that is last, with the very rows of a run of one', async () => {
    expect(await pod(1)).toMatchObject({ kind: 'shard', run: 'run-1', version: 'v1', index: 1 });
    expect(await pod(0)).toMatchObject({ kind: 'shard', index: 0 });
    expect(await workspace.storage.list('predictions/_delta_log')).toEqual([]);
    const last = await pod(2);
    const alone = buildJob({ output: { table: 'whole', mode: 'Append' } });
    const whole = await score(workspace.context, alone, { ...OPTIONS, run: 'alone' });
    expect(last).toMatchObject({ kind: 'score', rows: ROWS, atRisk: whole.atRisk, tableVersion: 0 });
    expect(await rowsOf('predictions')).toEqual(await rowsOf('whole'));
    expect(await pod(0)).toEqual(last);
  });

  test('is scored by all of its pods', async () => {
    const parts = [await pod(0), await pod(1)].map(({ rows }) => rows);
    const { rows } = await pod(2);
    expect(rows).toBe(ROWS);
    expect(parts.every((part) => part > 0 && part < ROWS)).toBe(true);
    expect((await workspace.snapshot('predictions')).files.size).toBe(SHARDS);
  });

  test('that all begin at once makes features and plan once, and commits once', async () => {
    const patienceMs = 60_000;
    const results = await Promise.all([2, 1, 0].map((index) => pod(index, { patienceMs })));
    expect(results.filter(({ kind }) => kind === 'score').length).toBeGreaterThan(0);
    expect((await workspace.snapshot('predictions')).version).toBe(0);
    expect(await rowsOf('predictions')).toHaveLength(ROWS);
    const { files, version } = await workspace.snapshot('features');
    expect(version).toBe(0);
    const made = (await workspace.storage.list('features')).filter(({ key }) => key.endsWith('.parquet'));
    expect(made).toHaveLength(files.size);
  });

  test('is done by fewer pods than it was planned for, and by one process', async () => {
    await pod(0);
    expect(await pod(0, {}, 2)).toMatchObject({ kind: 'shard' });
    expect(await score(workspace.context, JOB, OPTIONS)).toMatchObject({ rows: ROWS, tableVersion: 0 });
    expect(await rowsOf('predictions')).toHaveLength(ROWS);
  });

  test('commits nothing once a run is committed that replaces it', async () => {
    await pod(0);
    await pod(1);
    const next = await score(workspace.context, JOB, { ...OPTIONS, run: 'run-2', replaces: ['run-1'] });
    expect(next).toMatchObject({ rows: ROWS, tableVersion: 0 });
    await pod(2);
    expect((await workspace.snapshot('predictions')).version).toBe(0);
    expect(await rowsOf('predictions')).toHaveLength(ROWS);
  });
});

test('whatever pods die of, are tried again or are there twice: the table has no row of the run, or each once', async () => {
  const tries = fc.array(fc.record({ index: fc.nat(SHARDS - 1), twice: fc.boolean(), survives: fc.nat(8) }), {
    minLength: 1,
    maxLength: 4,
  });
  const initial = workspace.folder;
  await fc.assert(
    fc.asyncProperty(tries, async (story) => {
      workspace = await createWorkspace();
      await cp(`${initial}/storage`, `${workspace.folder}/storage`, { recursive: true });
      for (const { index, twice, survives } of story) {
        await Promise.all([mortalPod(index, survives), ...(twice ? [mortalPod(index, 99)] : [])]);
        await expectNoneOrAll();
      }
      for (let index = 0; index < SHARDS; index++) await pod(index);
      await expectNoneOrAll();
      expect(await rowsOf('predictions')).toHaveLength(ROWS);
    }),
    { numRuns: 8 },
  );
}, 120_000);

/** Dies before the storage takes another change than so many. */
async function mortalPod(index: number, survives: number): Promise<void> {
  const storage = mortal(workspace.storage, survives);
  const context = { ...workspace.context, storage };
  await scoreShard(context, JOB, { index, of: SHARDS }, OPTIONS).catch((error: unknown) => {
    if ((error as Error).message !== 'killed') throw error;
  });
}

const CHANGES: ReadonlySet<string | symbol> = new Set(['put', 'putIfAbsent', 'delete']);

function mortal(storage: Storage, survives: number): Storage {
  let left = survives;
  return new Proxy(storage, {
    get: (target, name) => {
      const real = Reflect.get(target, name) as unknown;
      if (typeof real !== 'function') return real;
      return (...args: unknown[]): unknown =>
        CHANGES.has(name) && left-- <= 0
          ? Promise.reject(new Error('killed'))
          : Reflect.apply(real, target, args);
    },
  });
}

async function expectNoneOrAll(): Promise<void> {
  if ((await workspace.storage.list('predictions/_delta_log')).length === 0) return;
  expect((await workspace.snapshot('predictions')).version).toBe(0);
  const twice = 'SELECT store_id FROM {table} GROUP BY store_id, product_id, date HAVING count(*) > 1';
  expect(await workspace.query('predictions', twice)).toEqual([]);
  expect(await rowsOf('predictions')).toHaveLength(ROWS);
}

test('pods share a plan of any number of shards without a gap or an overlap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 60 }), (of, shards) => {
      const all = Array.from({ length: of }, (_, index) => shardsOf({ index, of }, shards)).flat();
      expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: shards }, (_, shard) => shard));
    }),
  );
});
