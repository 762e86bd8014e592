import { expect, test } from 'vitest';
import { openDuckDB } from './duckdb.ts';
import { EXTENDED } from './raw-days.test-support.ts';
import { renderParts } from './parts.ts';
import { renderFeatures } from './render.ts';

const NUMBERS = ['price', 'promo', 'daily_sales', 'inventory', 'hours', 'rain'];

/** Tenths, which no binary fraction holds: their sum depends on the order of adding. */
const RAW = `SELECT 'S' || s.range AS store_id, 'P' || p.range AS product_id,
    DATE '2025-01-01' + CAST(d.range AS INT) AS date,
    CAST(hash(s.range, p.range, d.range) % 7 = 0 AS INT) AS stockout,
    CASE WHEN s.range % 5 > 0 THEN 'R' || s.range % 3 END AS region,
    ${NUMBERS.map((name, i) => `hash(s.range, p.range, d.range, ${i}) % 1000 / 10 AS ${name}`).join(', ')}
  FROM range(30) s, range(40) p, range(40) d`;

test('the same data gives the same features, bit for bit, whatever the threads and the order of the rows', async () => {
  const shuffled = `SELECT * FROM (${RAW}) ORDER BY hash(date, product_id)`;
  const first = await digest(1, RAW);
  expect(first).toMatch(/^\d+$/);
  for (const [threads, raw] of [
    [4, RAW],
    [4, shuffled],
    [3, shuffled],
  ] as const) {
    expect(await digest(threads, raw)).toBe(first);
  }
});

async function digest(threads: number, raw: string): Promise<string> {
  await using db = await openDuckDB({ threads });
  await db.run(`CREATE TABLE given AS ${raw}`);
  const given = 'SELECT * FROM given';
  await using parts = await renderParts(db, given, EXTENDED);
  const columns = ['store_id', 'product_id', 'date', ...renderFeatures(EXTENDED).features].join(', ');
  const [row] = await db.rows<{ digest: string }>(
    `SELECT CAST(sum(hash(${columns})) AS VARCHAR) AS digest
     FROM (${parts.selects.join(' UNION ALL ')})`,
  );
  return row?.digest ?? '';
}
