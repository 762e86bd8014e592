import { InputError } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { features } from './features.ts';
import { ingest } from './ingest/ingest.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from './workspace.test-support.ts';
import { writeDataFiles } from './tables/data-files.ts';
import { commit } from './tables/table.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

const replaced = (list: string): string => `SELECT * REPLACE (${list}) FROM (${rawRows()})`;
const firstRow = "product_id = 'P1' AND date = '2025-01-01'";

describe('a raw table of another writer', () => {
  test.each([
    [
      'a missing column',
      `SELECT * EXCLUDE stockout FROM (${rawRows()})`,
      'table raw: column stockout is missing. It has',
    ],
    [
      'a column of a wrong type',
      replaced('date AS daily_sales'),
      'table raw: column daily_sales is DATE, expected numbers',
    ],
    [
      'text that is no number',
      replaced(`CASE WHEN ${firstRow} THEN 'some' ELSE CAST(daily_sales AS VARCHAR) END AS daily_sales`),
      'daily_sales is not a number (1 rows)',
    ],
    [
      'a store, product and day that is there twice',
      `${rawRows()} UNION ALL (${rawRows({ products: 1, days: 3 })})`,
      'duplicate: another row has the same store, product and date (3 rows)',
    ],
    [
      'NaN',
      replaced(`CASE WHEN ${firstRow} THEN 'NaN' ELSE price END AS price`),
      'price is NaN or infinite (1 rows)',
    ],
    ['negative prices', replaced('-price AS price'), 'price is negative (40 rows)'],
    ['a flag of 7', replaced('7 AS stockout'), 'stockout is neither 0 nor 1 (40 rows)'],
    ['a missing day', replaced('NULL::DATE AS date'), 'date is null (40 rows)'],
    ['no rows', `${rawRows()} LIMIT 0`, 'table raw has no rows'],
  ])('with %s is refused, and no features are made of it', async (_, select, message) => {
    const workspace = await createWorkspace();
    await write(workspace, select);
    await expect(features(workspace.context)).rejects.toThrow(InputError);
    await expect(features(workspace.context)).rejects.toThrow(message);
    expect(await workspace.storage.list('features')).toEqual([]);
  });

  test('may have keys that are numbers, days that are timestamps and flags that are booleans', async () => {
    const workspace = await createWorkspace();
    const typed = replaced(
      `7 AS store_id, CAST(date AS TIMESTAMPTZ) AS date, stockout = 1 AS stockout, CAST(inventory AS BIGINT) AS inventory`,
    );
    await write(workspace, typed);
    await features(workspace.context);
    const [row] = await workspace.query(
      'features',
      "SELECT * FROM {table} WHERE product_id = 'P1' AND date = '2025-01-02'",
    );
    expect(row).toMatchObject({ store_id: '7', date: '2025-01-02', sales_lag_1: 4, stockout: 0 });
  });

  test('with keys that are numbers takes no text, and says so of the first such row', async () => {
    const workspace = await createWorkspace();
    await write(workspace, replaced('7 AS store_id'));
    const file = await workspace.parquet('rows.parquet', rawRows());
    await expect(ingest(workspace.context, [file])).rejects.toThrow(
      'store_id does not fit the table, where it is integer (40 rows, first in row 1 of',
    );
  });

  test('that was ingested into before is checked as a whole', async () => {
    const workspace = await createWorkspace();
    await ingest(workspace.context, [await workspace.parquet('rows.parquet', rawRows())]);
    await write(workspace, rawRows({ products: 1, days: 1 }));
    await expect(features(workspace.context)).rejects.toThrow('same store, product and date (1 rows)');
  });
});

test('a table whose file has damaged pages is told by its name', async () => {
  const workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', rawRows({ days: 500 }))]);
  const [file] = (await workspace.snapshot('raw')).files.values();
  const key = `raw/${file?.path}`;
  await workspace.storage.put(key, Buffer.from(await workspace.storage.read(key)).fill(0xff, 4, 400));
  await expect(features(workspace.context)).rejects.toThrow(
    'table raw cannot be read, one of its files is damaged: restore it from a backup',
  );
});

/** Rows that did not come through ingest. */
async function write({ locate }: Workspace, select: string): Promise<void> {
  const written = await writeDataFiles(duckdb.db, locate('raw'), select);
  await commit(duckdb.db, locate('raw'), async () => ({
    operation: 'WRITE',
    operationParameters: {},
    ...written,
  }));
}
