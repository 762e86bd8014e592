import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDuckDB } from './duckdb.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

test('memory, threads and time zone are what was asked for, and no extension is ever fetched', async () => {
  await using db = await openDuckDB({ memoryBytes: 64 * 1024 ** 2, threads: 1 });
  const settings =
    "current_setting('memory_limit') AS memory, current_setting('threads') AS threads, current_setting('TimeZone') AS zone";
  expect(await db.rows(`SELECT ${settings}`)).toEqual([{ memory: '64.0 MiB', threads: 1, zone: 'UTC' }]);
  await expect(db.run("SELECT * FROM read_xlsx('x.xlsx')")).rejects.toThrow();
  await expect(db.rows("SELECT * FROM 'https://127.0.0.1:1/x.parquet'")).rejects.toThrow(/httpfs/);
});

test('by default it takes at most 1 GiB', async () => {
  await using db = await openDuckDB();
  const [row] = await db.rows<{ memory: string }>("SELECT current_setting('memory_limit') AS memory");
  expect(row?.memory).toMatch(/^(1\.0 GiB|[0-9.]+ MiB)$/);
});

test('what does not fit in memory spills to the temporary folder, which goes with the database', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-spill-'));
  const tempDirectory = join(folder, 'spill');
  const db = await openDuckDB({ memoryBytes: 48 * 1024 ** 2, threads: 1, tempDirectory });
  await db.run(
    'CREATE TEMP TABLE big AS SELECT range AS i, hash(range) AS h, hash(range + 1) AS g FROM range(4000000)',
  );
  expect(await readdir(tempDirectory)).not.toEqual([]);
  expect(await db.rows('SELECT count(*) AS n FROM big')).toEqual([{ n: 4_000_000 }]);
  await db[Symbol.asyncDispose]();
  expect(existsSync(tempDirectory)).toBe(false);
  await rm(folder, { recursive: true });
});

test('rows are plain values: whole numbers as numbers, days and instants as text, null as null', async () => {
  await using db = await openDuckDB({ threads: 1 });
  const sql =
    "SELECT count(*) AS n, 0.1::DOUBLE AS d, DATE '2025-01-31' AS day, TIMESTAMPTZ '2025-01-31 02:00:00+02' AS at, NULL AS none, true AS yes";
  expect(await db.rows(sql)).toEqual([
    { n: 1, d: 0.1, day: '2025-01-31', at: '2025-01-31 00:00:00+00', none: null, yes: true },
  ]);
});

test('a stream gives every row in pieces', async () => {
  await using db = await openDuckDB({ threads: 1 });
  let rows = 0;
  let chunks = 0;
  for await (const chunk of db.stream('SELECT range FROM range(10000)')) {
    rows += chunk.rowCount;
    chunks++;
  }
  expect(rows).toBe(10_000);
  expect(chunks).toBeGreaterThan(1);
});

test('an abort ends the query that runs, and the error is its reason', async () => {
  const controller = new AbortController();
  await using db = await openDuckDB({ threads: 1, signal: controller.signal });
  const endless = db.run('SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b');
  setImmediate(() => controller.abort(new Error('stopped by the user')));
  await expect(endless).rejects.toThrow('stopped by the user');
  await expect(db.run('SELECT 1')).rejects.toThrow('stopped by the user');
});

test('names and texts are quoted so that nothing in them is SQL', async () => {
  await using db = await openDuckDB({ threads: 1 });
  const [text, name] = [`it's -- "x"`, 'a "b"; --'];
  expect(await db.rows(`SELECT ${quoteLiteral(text)} AS ${quoteIdentifier(name)}`)).toEqual([
    { [name]: text },
  ]);
});
