import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

const RETAIL = fileURLToPath(new URL('../../../data/retail_stockout_data.parquet', import.meta.url));
const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
const GOOD = 'S1,P1,2025-01-01,9.5,1,3,20,0';

describe('good data', () => {
  test('the retail file lands whole, once: ingested again it appends nothing and says so', async () => {
    const { context, query } = await createWorkspace();
    const first = await ingest(context, [RETAIL]);
    expect(first).toEqual({
      rows: 1_080_000,
      rejected: 0,
      reasons: [],
      negative: [],
      tableVersion: 0,
      skipped: [],
      keptColumns: [],
      lost: [],
      leftOut: [],
    });
    expect(await ingest(context, [RETAIL])).toMatchObject({
      rows: 0,
      tableVersion: 0,
      skipped: [{ file: RETAIL, tableVersion: 0 }],
    });
    const [sums] = await query(
      'raw',
      'SELECT sum(daily_sales) AS sales, sum(stockout) AS stockouts FROM {table}',
    );
    expect(sums).toEqual({ sales: 6_912_087, stockouts: 488_374 });
  });

  test('CSV and Parquet give the same table, of standard types', async () => {
    const [one, other] = [await createWorkspace(), await createWorkspace()];
    const parquet = await one.parquet('rows.parquet', rawRows());
    await duckdb.db.run(`COPY (FROM '${parquet}') TO '${other.folder}/rows.csv' (HEADER)`);
    await ingest(one.context, [parquet]);
    await ingest(other.context, [join(other.folder, 'rows.csv')]);
    const sql = 'SELECT * FROM {table} ORDER BY ALL';
    expect(await other.query('raw', sql)).toEqual(await one.query('raw', sql));
    expect(JSON.parse((await one.snapshot('raw')).metadata.schemaString).fields).toMatchObject([
      { name: 'store_id', type: 'string' },
      { name: 'product_id', type: 'string' },
      { name: 'date', type: 'date' },
      { name: 'price', type: 'double' },
      { name: 'promo', type: 'integer' },
      { name: 'daily_sales', type: 'double' },
      { name: 'inventory', type: 'double' },
      { name: 'stockout', type: 'integer' },
    ]);
  });

  test.each([
    ['semicolons', (text: string) => text.replaceAll(',', ';')],
    ['tabs', (text: string) => text.replaceAll(',', '\t')],
    ['carriage returns and a byte order mark', (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['quotes', (text: string) => text.replaceAll(/[^,\n]+/g, '"$&"')],
    ['no newline at the end', (text: string) => text.trimEnd()],
    ['gzip', (text: string) => gzipSync(text)],
  ])('CSV may come with %s', async (how, written) => {
    const { context, file, query } = await createWorkspace();
    const name = how === 'gzip' ? 'x.csv.gz' : 'x.csv';
    await ingest(context, [await file(name, written(`${HEADER}\n${GOOD}\nS2,P1,2025-01-01,,0,,1,1\n`))]);
    expect(await query('raw', 'SELECT * FROM {table} ORDER BY store_id')).toMatchObject([
      { store_id: 'S1', price: 9.5, date: '2025-01-01', stockout: 0 },
      { store_id: 'S2', price: null, daily_sales: null, stockout: 1 },
    ]);
  });

  test.each([
    ['timestamps', "TIMESTAMP '2025-01-31 00:00:00'"],
    ['timestamps of a time zone', "TIMESTAMPTZ '2025-01-31 00:00:00+00'"],
    ['nanoseconds, as pandas writes them', "TIMESTAMP_NS '2025-01-31 00:00:00'"],
    ['ISO text', "'2025-01-31'"],
    ['ISO text with a time', "'2025-01-31T00:00:00'"],
  ])('days may come as %s', async (_, day) => {
    const { context, parquet, query } = await createWorkspace();
    const file = await parquet(
      'rows.parquet',
      `SELECT 7 AS store_id, 8 AS product_id, ${day} AS date, true AS stockout`,
    );
    await ingest(context, [file]);
    expect(await query('raw', 'SELECT * FROM {table}')).toEqual([
      { store_id: '7', product_id: '8', date: '2025-01-31', stockout: 1 },
    ]);
  });

  test('several files are one commit, the same content under two names is one file, a new one adds to it', async () => {
    const { context, parquet } = await createWorkspace();
    const [early, copy, late] = [
      await parquet('early.parquet', rawRows({ days: 5 })),
      await parquet('copy.parquet', rawRows({ days: 5 })),
      await parquet('late.parquet', rawRows({ days: 5, from: 5 })),
    ];
    const first = await ingest(context, [early, copy]);
    expect(first).toMatchObject({
      rows: 10,
      rejected: 0,
      tableVersion: 0,
      skipped: [{ file: copy, tableVersion: 0 }],
    });
    expect(await ingest(context, [late, early])).toMatchObject({
      rows: 10,
      tableVersion: 1,
      skipped: [{ file: early, tableVersion: 0 }],
    });
    expect(await ingest(context, [late])).toMatchObject({ skipped: [{ file: late, tableVersion: 1 }] });
  });

  test('two ingests of the same file at once append its rows once', async () => {
    const { context, parquet, query } = await createWorkspace();
    const file = await parquet('rows.parquet', rawRows());
    const results = await Promise.all([ingest(context, [file]), ingest(context, [file])]);
    expect(results.map(({ rows }) => rows).sort()).toEqual([0, 40]);
    expect(results.map(({ rejected }) => rejected)).toEqual([0, 0]);
    expect(await query('raw', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 40 }]);
  });

  test('two ingests of overlapping files at once keep one row of each store, product and day', async () => {
    const { context, parquet, query } = await createWorkspace();
    const files = [await parquet('1.parquet', rawRows()), await parquet('2.parquet', rawRows({ days: 30 }))];
    const results = await Promise.all(files.map((file) => ingest(context, [file])));
    expect(results.reduce((sum, { rows }) => sum + rows, 0)).toBe(60);
    expect(results.reduce((sum, { rejected }) => sum + rejected, 0)).toBe(40);
    expect(await query('raw', 'SELECT DISTINCT store_id, product_id, date FROM {table}')).toHaveLength(60);
    expect(await query('raw_rejected', 'SELECT * FROM {table}')).toHaveLength(40);
  });
});

describe('bad rows go to the rejected table with their reason, the good ones land', () => {
  test.each([
    [',P1,2025-01-02,9,1,3,20,0', 'store_id is null', null],
    ['S1,  ,2025-01-02,9,1,3,20,0', 'product_id is null', '  '],
    ['S1,P1,,9,1,3,20,0', 'date is null', null],
    ['S1,P1,02/01/2025,9,1,3,20,0', 'date is not a date', '02/01/2025'],
    ['S1,P1,2025-02-30,9,1,3,20,0', 'date is not a date', '2025-02-30'],
    ['S1,P1,2025-01-02,NaN,1,3,20,0', 'price is NaN or infinite', 'NaN'],
    ['S1,P1,2025-01-02,9,2,3,20,0', 'promo is neither 0 nor 1', '2'],
    ['S1,P1,2025-01-02,-9,1,3,20,0', 'price is negative', '-9'],
    ['S1,P1,9999-12-31,9,1,3,20,0', 'date is not between 1900 and 2199', '9999-12-31'],
    ['S1,P1,05-06-07,9,1,3,20,0', 'date is not between 1900 and 2199', '05-06-07'],
    ['S1,P1,2025-01-02,9,1,three,20,0', 'daily_sales is not a number', 'three'],
    ['S1,P1,2025-01-02,9,1,3,inf,0', 'inventory is NaN or infinite', 'inf'],
    ['S1,P1,2025-01-02,9,1,3,20,', 'stockout is null', null],
    ['S1,P1,2025-01-02,9,1,3,20,0.5', 'stockout is neither 0 nor 1', '0.5'],
    ['S1,P1,2025-01-01,1,0,1,1,1', 'duplicate: an earlier row has the same store, product and date', null],
  ])('%s: %s', async (line, reason, value) => {
    const { context, file, query } = await createWorkspace();
    const path = await file('x.csv', `${HEADER}\n${GOOD}\n${line}\n`);
    expect(await ingest(context, [path])).toMatchObject({
      rows: 1,
      rejected: 1,
      reasons: [{ reason, rows: 1 }],
    });
    const rejected = await query('raw_rejected', 'SELECT file, row_number, reason, value FROM {table}');
    expect(rejected).toEqual([{ file: path, row_number: 2, reason, value }]);
    expect(await query('raw', 'SELECT daily_sales FROM {table}')).toEqual([{ daily_sales: 3 }]);
  });

  test('a row that the table has is a duplicate, of whichever file it came', async () => {
    const { context, parquet, query } = await createWorkspace();
    await ingest(context, [await parquet('1.parquet', rawRows({ days: 5 }))]);
    const again = await ingest(context, [await parquet('2.parquet', rawRows({ days: 6 }))]);
    expect(again).toMatchObject({ rows: 2, rejected: 10, tableVersion: 1 });
    const nothingNew = await ingest(context, [await parquet('3.parquet', rawRows({ days: 4 }))]);
    expect(nothingNew).toMatchObject({ rows: 0, rejected: 8, tableVersion: 2 });
    const reasons = await query('raw_rejected', 'SELECT reason, count(*) AS n FROM {table} GROUP BY reason');
    expect(reasons).toEqual([{ reason: 'duplicate: the table has this store, product and date', n: 18 }]);
  });

  test('null prices, sales and stocks are not known, which is no fault', async () => {
    const { context, file } = await createWorkspace();
    expect(await ingest(context, [await file('x.csv', `${HEADER}\nS1,P1,2025-01-01,,,,,1\n`)])).toMatchObject(
      {
        rows: 1,
        rejected: 0,
      },
    );
  });

  test('returns and negative stocks are data: they land, and are told', async () => {
    const { context, file, query } = await createWorkspace();
    const path = await file('x.csv', `${HEADER}\n${GOOD}\nS1,P1,2025-01-02,9,0,-2,-0.5,1\n`);
    expect(await ingest(context, [path])).toMatchObject({
      rows: 2,
      rejected: 0,
      negative: [
        { column: 'daily_sales', rows: 1 },
        { column: 'inventory', rows: 1 },
      ],
    });
    expect(await query('raw', 'SELECT sum(daily_sales) AS sales FROM {table}')).toEqual([{ sales: 1 }]);
  });

  test('rejected rows of a try that was cut short are replaced, not repeated', async () => {
    const { context, file, query, storage } = await createWorkspace();
    const path = await file('x.csv', `${HEADER}\n${GOOD}\n${GOOD}\n`);
    const putIfAbsent = storage.putIfAbsent.bind(storage);
    storage.putIfAbsent = async (key, content) => {
      if (key.startsWith('raw/')) throw new Error('pulled the plug');
      return putIfAbsent(key, content);
    };
    await expect(ingest(context, [path])).rejects.toThrow('pulled the plug');
    storage.putIfAbsent = putIfAbsent;
    expect(await ingest(context, [path])).toMatchObject({ rows: 1, rejected: 1, tableVersion: 0 });
    expect(await query('raw_rejected', 'SELECT row_number FROM {table}')).toEqual([{ row_number: 2 }]);
  });
});
