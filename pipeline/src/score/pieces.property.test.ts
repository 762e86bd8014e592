import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDuckDB } from '../workspace.test-support.ts';
import { piecesOf } from './pieces.ts';

const duckdb = testDuckDB();

/** A file's rows: each of a series of its own, chosen as slices of features are. */
function fileOf(file: number, rows: number): string {
  return `(SELECT 'S${file}' AS store_id, 'P' || range AS product_id FROM range(${rows * 12})
    WHERE hash(store_id, product_id) % 6 = 0 LIMIT ${rows})`;
}

test('every row is in one piece, whatever the files, and no piece has more rows than there may be, give or take', async () => {
  const files = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(files, fc.constantFrom(50, 100, 1000), async (sizes, most) => {
      const relations = sizes.map((rows, file) => ({ sql: fileOf(file, rows), rows }));
      const found: number[] = [];
      const seen = new Set<string>();
      for (const sql of piecesOf(relations, 1, most)) {
        const rows = await duckdb.db.rows<{ store_id: string; product_id: string }>(`SELECT * FROM ${sql}`);
        found.push(rows.length);
        for (const row of rows) seen.add(`${row.store_id} ${row.product_id}`);
      }
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(found.reduce((sum, rows) => sum + rows, 0)).toBe(total);
      expect(seen.size).toBe(total);
      // Hashes do not part a file evenly.
      expect(Math.max(...found)).toBeLessThanOrEqual(most * 1.6);
    }),
    { numRuns: 30 },
  );
});

test('where few of the rows are wanted, many files are one piece', () => {
  const files = [1, 2, 3].map((file) => ({ sql: fileOf(file, 100), rows: 100 }));
  expect(piecesOf(files, 1, 100)).toHaveLength(3);
  expect(piecesOf(files, 0.3, 100)).toHaveLength(1);
});

test('a file that does not say how many rows it has is read whole', () => {
  expect(piecesOf([{ sql: 'a', rows: undefined }], 1, 10)).toEqual(['a']);
});
