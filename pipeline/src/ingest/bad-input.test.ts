import { InputError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { features } from '../features.ts';
import { train } from '../train/train.ts';
import { rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';
import { checkFiles } from './profile.ts';

type Data = Partial<StockoutModelSpec['data']>;

const createWorkspace = testWorkspaces(testDuckDB());
const OF_FOUR = 'store_id,product_id,date,stockout';
const HEADER = 'Filiale;Artikel;Tag;Menge;Stunden';
const OWN: Data = {
  columns: {
    store: 'Filiale',
    product: 'Artikel',
    date: 'Tag',
    sales: 'Menge',
    stockout: { column: 'Stunden', atLeast: '6' },
  },
};

describe('what cannot be meant is refused, with file, column or row and the way out', () => {
  test.each<[string, Data, string, string]>([
    [
      'a column mapped twice',
      { columns: { ...OWN.columns, price: 'Menge' } },
      '1;2;2025-01-01;3;0',
      'spec.data.columns.price and spec.data.columns.sales both mean column Menge: a column is one thing only',
    ],
    [
      'a column that is not there',
      { columns: { ...OWN.columns, price: 'Preis' } },
      '1;2;2025-01-01;3;0',
      'x.csv: column Preis, which spec.data.columns.price names, is missing. It has Filiale, Artikel, Tag',
    ],
    [
      'a covariate that is not there',
      { ...OWN, covariates: [{ column: 'Wetter', history: false }] },
      '1;2;2025-01-01;3;0',
      'x.csv: column Wetter, which spec.data.covariates[0] names, is missing',
    ],
    [
      'a threshold on text',
      OWN,
      '1;2;2025-01-01;3;viele\n1;2;2025-01-02;3;wenige',
      'Stunden is not a number (2 rows, first in row 1 of',
    ],
    [
      'a threshold on text: the way out',
      OWN,
      '1;2;2025-01-01;3;viele',
      'Correct the file first; leave empty what is not known; where the column has words, name one of numbers in the spec',
    ],
    [
      'days the day first, without a word about it',
      OWN,
      '1;2;31/12/2025;3;0',
      '"31/12/2025"). Correct the file first; where days are written otherwise, say how: --date-format %d/%m/%Y',
    ],
    [
      'decimal commas, without a word about them',
      OWN,
      '1;2;2025-12-31;3,5;0',
      'Menge is not a number (1 rows, first in row 1 of',
    ],
    ['decimal commas: the way out', OWN, '1;2;2025-12-31;3,5;0', 'say so: --decimal-comma'],
  ])('%s', async (_, data, lines, message) => {
    const { context, file, storage } = await createWorkspace(data);
    const path = await file('x.csv', `${HEADER}\n${lines}\n`);
    await expect(ingest(context, [path])).rejects.toThrow(InputError);
    await expect(ingest(context, [path])).rejects.toThrow(message);
    expect(await storage.list('')).toEqual([]);
  });

  test('a threshold on text in Parquet, by its type', async () => {
    const { context, parquet } = await createWorkspace({
      columns: { stockout: { column: 'level', atMost: '0' } },
    });
    const path = await parquet('x.parquet', `SELECT *, 'low' AS level FROM (${rawRows()})`);
    await expect(ingest(context, [path])).rejects.toThrow(
      'column level is VARCHAR, and spec.data.columns.stockout asks whether it is at most 0: name a column of numbers',
    );
  });

  test('an id with a fraction, by its type', async () => {
    const { context, parquet } = await createWorkspace();
    const path = await parquet('x.parquet', `SELECT * REPLACE (1.5::DOUBLE AS store_id) FROM (${rawRows()})`);
    await expect(ingest(context, [path])).rejects.toThrow(
      'store_id is DOUBLE, expected text or whole numbers',
    );
  });

  test('a file in another encoding, with the option that reads it', async () => {
    const { context, file, query } = await createWorkspace(OWN);
    const path = await file('x.csv', Buffer.from(`${HEADER}\nKöln;2;2025-01-01;3;0\n`, 'latin1'));
    await expect(ingest(context, [path])).rejects.toThrow('say what it is by --encoding latin-1 or utf-16');
    await ingest(context, [path], { encoding: 'latin-1' });
    expect(await query('raw', 'SELECT "Filiale" FROM {table}')).toEqual([{ Filiale: 'Köln' }]);
  });

  test('a Delta table that is named as a file, with where it belongs', async () => {
    const { context, folder, parquet } = await createWorkspace();
    await ingest(context, [await parquet('x.parquet', rawRows())]);
    await expect(ingest(context, [`${folder}/storage/raw`])).rejects.toThrow('name it as spec.data.rawTable');
  });
});

describe('days and numbers are read as it is said, and only so', () => {
  test('two formats in one file: rows of the other one are set aside, by their value', async () => {
    const { context, file, query } = await createWorkspace(OWN);
    const lines = ['1;2;31/12/2025;3;0', '1;2;2025-12-30;3;0', '1;2;01/02/2025;3;0'];
    const path = await file('x.csv', `${HEADER}\n${lines.join('\n')}\n`);
    const result = await ingest(context, [path], { dateFormat: '%d/%m/%Y' });
    expect(result).toMatchObject({
      rows: 2,
      reasons: [{ reason: 'Tag is not a date as %d/%m/%Y', rows: 1 }],
    });
    expect(await query('raw', 'SELECT "Tag" FROM {table} ORDER BY 1')).toEqual([
      { Tag: '2025-02-01' },
      { Tag: '2025-12-31' },
    ]);
    expect(await query('raw_rejected', 'SELECT value FROM {table}')).toEqual([{ value: '2025-12-30' }]);
  });

  test('a day as a whole number, once its format is said', async () => {
    const { context, parquet, query } = await createWorkspace();
    const path = await parquet(
      'x.parquet',
      `SELECT * REPLACE (20250131 AS date) FROM (${rawRows()}) LIMIT 1`,
    );
    await expect(ingest(context, [path])).rejects.toThrow('say how they are written: --date-format %Y%m%d');
    await ingest(context, [path], { dateFormat: '%Y%m%d' });
    expect(await query('raw', 'SELECT date FROM {table}')).toEqual([{ date: '2025-01-31' }]);
  });

  test('with decimal commas a point is no decimal: 1.234 is set aside, not taken for one and a bit', async () => {
    const { context, file, query } = await createWorkspace(OWN);
    const path = await file('x.csv', `${HEADER}\n1;2;2025-01-01;-1,25;0\n1;2;2025-01-02;1.234;0\n`);
    const result = await ingest(context, [path], { decimalComma: true });
    expect(result).toMatchObject({ rows: 1, reasons: [{ reason: 'Menge is not a number', rows: 1 }] });
    expect(await query('raw', 'SELECT "Menge" FROM {table}')).toEqual([{ Menge: -1.25 }]);
  });
});

describe('unusual data is data', () => {
  test('a store called NULL, ids with quotes, emoji and the delimiter in them', async () => {
    const { context, file, query } = await createWorkspace();
    const ids = ['NULL', 'null', `O'Hara "24"`, '🛒 Späti, Nr. 7', "'; DROP TABLE staged; --"];
    const lines = ids.map((id) => `"${id.replaceAll('"', '""')}",P,2025-01-01,0`);
    const path = await file(`it's "x".csv`, `store_id,product_id,date,stockout\n${lines.join('\n')}\n`);
    expect(await ingest(context, [path])).toMatchObject({ rows: ids.length, rejected: 0 });
    await features(context);
    const stores = await query<{ store_id: string }>('features', 'SELECT store_id FROM {table}');
    expect(stores.map(({ store_id }) => store_id).sort()).toEqual([...ids].sort());
  });

  test.each([
    ['a delimiter at the end of every line', `${OF_FOUR},\nS,P,2025-01-01,0,\n`, ['column 5']],
    ['a delimiter at the end of the rows alone', `${OF_FOUR}\nS,P,2025-01-01,0,\n`, []],
    ['an index without a name', `,${OF_FOUR}\n0,S,P,2025-01-01,0\n`, ['column 1']],
    ['spaces around the names', ` store_id , product_id,date , stockout\nS,P,2025-01-01,0\n`, []],
    ['blank lines between the rows', `${OF_FOUR}\n\n\nS,P,2025-01-01,0\n\n`, []],
    ['carriage returns alone', `${OF_FOUR}\rS,P,2025-01-01,0\r`, []],
  ])('a file with %s', async (_, text, leftOut) => {
    const { context, file, query } = await createWorkspace();
    const result = await ingest(context, [await file('x.csv', text)]);
    expect(result).toMatchObject({ rows: 1, rejected: 0, keptColumns: [] });
    expect(result.leftOut).toEqual(leftOut.map((column) => ({ column, why: 'it has no name' })));
    expect(await query('raw', 'FROM {table}')).toEqual([
      { store_id: 'S', product_id: 'P', date: '2025-01-01', stockout: 0 },
    ]);
  });

  test('a line break within quotes is part of the value, and rows are counted, not lines', async () => {
    const { context, file, query } = await createWorkspace();
    const path = await file('x.csv', `${OF_FOUR}\n"S\n1",P,2025-01-01,0\nS,P,2025-01-01,7\n`);
    expect(await ingest(context, [path])).toMatchObject({
      rows: 1,
      reasons: [{ reason: 'stockout is neither 0 nor 1', row: 2, value: '7', file: path }],
    });
    expect(await query('raw', 'SELECT store_id FROM {table}')).toEqual([{ store_id: 'S\n1' }]);
  });

  test('a NUL in an id sets its row aside', async () => {
    const { context, file } = await createWorkspace();
    const path = await file('x.csv', `${OF_FOUR}\nS\0,P,2025-01-01,0\nS,P,2025-01-01,0\n`);
    expect(await ingest(context, [path])).toMatchObject({
      rows: 1,
      reasons: [{ reason: 'store_id has a NUL character', row: 1 }],
    });
  });

  test('of 5,000 columns the spec has its own and the table a thousand more; the others are told', async () => {
    const { context, file, snapshot } = await createWorkspace();
    const names = Array.from({ length: 5000 }, (_, i) => `c${i}`);
    const rows = ['2025-01-01', '2025-01-02'].map((day) => `S,P,${day},0,${names.join(',')}`);
    const path = await file('x.csv', [`${OF_FOUR},${names.join(',')}`, ...rows, ''].join('\n'));
    context.model.spec.data.covariates = [{ column: 'c4999', history: false }];
    await expect(ingest(context, [path])).rejects.toThrow('c4999 is not a number (2 rows');
    delete context.model.spec.data.covariates;
    const { keptColumns, leftOut } = await ingest(context, [path]);
    expect([keptColumns.length, leftOut.length, leftOut[0]?.column]).toEqual([1000, 4000, 'c1000']);
    expect(leftOut[0]?.why).toContain('there are more than 1000 beside those of the spec: name it there');
    expect(JSON.parse((await snapshot('raw')).metadata.schemaString).fields).toHaveLength(1004);
    expect((await checkFiles([path])).columns).toHaveLength(1004);
  });

  test('columns whose names are quoted, spaced or our own', async () => {
    const names = ['store "no"', 'file', "it's the day", 'reason'];
    const [store = '', product = '', date = '', flag = ''] = names;
    const { context, file, query } = await createWorkspace({
      columns: { store, product, date, stockout: { column: flag, above: '0' } },
    });
    const header = names.map((name) => `"${name.replaceAll('"', '""')}"`).join(',');
    const path = await file('x.csv', `${header}\nS,P,2025-01-01,3\nS,P,x,3\n`);
    expect(await ingest(context, [path])).toMatchObject({ rows: 1, rejected: 1 });
    expect(await query('raw', 'FROM {table}')).toEqual([
      { 'store "no"': 'S', file: 'P', "it's the day": '2025-01-01', reason: 3 },
    ]);
    expect(await query('raw_rejected', 'FROM {table}')).toMatchObject([
      { file: path, reason: "it's the day is not a date", file_: 'P', reason_: 3 },
    ]);
    await features(context);
    expect(await query('features', 'SELECT store_id, stockout FROM {table}')).toEqual([
      { store_id: 'S', stockout: 1 },
    ]);
  });

  test.each(['9223372036854775807', '1152921504606846976'])('an id of %s keeps every digit', async (id) => {
    const [one, other] = [await createWorkspace(), await createWorkspace()];
    const row = `SELECT ${id} AS store_id, 'P' AS product_id, DATE '2025-01-01' AS date, 0 AS stockout`;
    await ingest(one.context, [await one.parquet('x.parquet', row)]);
    await ingest(other.context, [
      await other.file('x.csv', `store_id,product_id,date,stockout\n${id},P,2025-01-01,0\n`),
    ]);
    for (const { query } of [one, other]) {
      expect(await query('raw', 'SELECT store_id FROM {table}')).toEqual([{ store_id: id }]);
    }
  });

  test('10,000 stores with one row each have features, and training says why there is nothing to learn', async () => {
    const { context, parquet, query } = await createWorkspace();
    const path = await parquet('x.parquet', rawRows({ stores: 10_000, products: 1, days: 1 }));
    expect(await checkFiles([path])).toMatchObject({
      stores: 10_000,
      days: 1,
      gaps: { seriesWithGaps: 0, missingDays: 0, stepDays: null },
    });
    expect(await ingest(context, [path])).toMatchObject({ rows: 10_000, rejected: 0 });
    await features(context);
    const [row] = await query('features', 'SELECT count(*) AS n, count(sales_lag_1) AS lags FROM {table}');
    expect(row).toEqual({ n: 10_000, lags: 0 });
    await expect(train(context)).rejects.toThrow(InputError);
  });

  test('a series of one day stands beside long ones', async () => {
    const { context, parquet, query } = await createWorkspace();
    const lone = "SELECT * REPLACE ('lone' AS store_id) FROM (" + rawRows({ products: 1, days: 1 }) + ')';
    await ingest(context, [await parquet('x.parquet', `${rawRows()} UNION ALL ${lone}`)]);
    await features(context);
    const [row] = await query(
      'features',
      "SELECT sales_lag_1, sales_roll7_avg FROM {table} WHERE store_id = 'lone'",
    );
    expect(row).toMatchObject({ sales_lag_1: null, sales_roll7_avg: expect.any(Number) });
  });

  test('a constant column is told in the profile', async () => {
    const { parquet } = await createWorkspace();
    const path = await parquet('x.parquet', `SELECT * REPLACE (9.99::DOUBLE AS price) FROM (${rawRows()})`);
    const { columns } = await checkFiles([path]);
    expect(columns.filter(({ constant }) => constant).map(({ name }) => name)).toEqual(['store_id', 'price']);
  });
});
