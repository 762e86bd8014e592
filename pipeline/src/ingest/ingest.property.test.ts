import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';

const createWorkspace = testWorkspaces(testDuckDB());
const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';

const amount = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 50 }).map(String) },
  fc.constantFrom('', '-1', 'NaN', 'inf', 'many'),
);
const flag = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('0', '1') }, fc.constantFrom('', '2', 'yes'));
const line = fc
  .tuple(
    fc.constantFrom('S1', 'S2'),
    fc.constantFrom('P1', 'P2', ''),
    fc.constantFrom('2025-01-01', '2025-01-02', '2025-01-03', '2025-02-30', ''),
    amount,
    flag,
    amount,
    amount,
    flag,
  )
  .map((values) => values.join(','));

test('whatever is in the files, every row is in the table or among the rejected, and no day is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(line, { minLength: 1, maxLength: 15 }), { minLength: 1, maxLength: 3 }),
      async (files) => {
        const { context, file, query } = await createWorkspace();
        // A good row in each, so that no file is refused whole.
        const texts = files.map((lines, i) =>
          [HEADER, `S3,P${i},2025-01-01,1,0,1,1,0`, ...lines, ''].join('\n'),
        );
        let [rows, rejected] = [0, 0];
        for (const [i, text] of texts.entries()) {
          const result = await ingest(context, [await file(`${i}.csv`, text)]);
          rows += result.rows;
          rejected += result.rejected;
        }
        expect(rows + rejected).toBe(files.flat().length + files.length);
        expect(await query('raw', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: rows }]);
        const keys = 'SELECT DISTINCT store_id, product_id, date FROM {table}';
        expect(await query('raw', keys)).toHaveLength(rows);
        if (rejected === 0) return;
        const told = await query('raw_rejected', 'SELECT file FROM {table} WHERE reason IS NOT NULL');
        expect(told).toHaveLength(rejected);
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);
