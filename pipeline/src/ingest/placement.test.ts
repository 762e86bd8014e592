import { describe, expect, test } from 'vitest';
import { InputError } from '@stockout/contracts';
import { features } from '../features.ts';
import { keyIn } from '../tables/log.ts';
import { metadata, tableWriters } from '../tables/table.test-support.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append } = tableWriters(duckdb);

const HEADER = 'store_id,product_id,date,price,promo,daily_sales,inventory,stockout';
/** As Spark or pandas would have made it: whole numbers, instants, narrow types. */
const NARROW = `SELECT CAST(substr(store_id, 2) AS BIGINT) AS store_id, CAST(substr(product_id, 2) AS SMALLINT) AS product_id,
    CAST(date AS TIMESTAMPTZ) AS date, CAST(price AS FLOAT) AS price, promo = 1 AS promo,
    CAST(daily_sales AS INTEGER) AS daily_sales, CAST(inventory AS DECIMAL(6, 1)) AS inventory, CAST(stockout AS TINYINT) AS stockout
  FROM (${rawRows({ days: 3 })})`;

describe('a table of other writers with types of its own', () => {
  test('takes rows whose values it can hold, and gives the features of its standard twin', async () => {
    const [narrow, standard] = [await createWorkspace(), await createWorkspace()];
    await append(narrow, 'raw', NARROW);
    const later = numbered(rawRows({ days: 5, from: 3 }), 0.99);
    const path = await narrow.parquet('later.parquet', later);
    expect(await ingest(narrow.context, [path])).toMatchObject({ rows: 10, rejected: 0, tableVersion: 1 });
    await duckdb.db.run(`COPY (${later}) TO '${standard.folder}/later.csv' (HEADER)`);
    const first = numbered(rawRows({ days: 3 }), 0);
    await ingest(standard.context, [await standard.parquet('first.parquet', first)]);
    await ingest(standard.context, [`${standard.folder}/later.csv`]);
    const sql = 'SELECT * FROM {table} ORDER BY store_id, product_id, date';
    for (const { context } of [narrow, standard]) await features(context);
    expect(await narrow.query('features', sql)).toEqual(await standard.query('features', sql));
  });

  test('knows a row again that it has', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 'raw', NARROW);
    const path = await workspace.file(
      'x.csv',
      `${HEADER}\n1,2,2025-01-02,1,0,1,1,0\n1,2,2025-01-09,1,0,1,1,0\n`,
    );
    expect(await ingest(workspace.context, [path])).toMatchObject({
      rows: 1,
      reasons: [{ reason: 'duplicate: the table has this store, product and date', rows: 1 }],
    });
  });

  test.each([
    ['007,2,2025-02-01,1,0,1,1,0', 'store_id does not fit the table, where it is long', '007'],
    ['1,40000,2025-02-01,1,0,1,1,0', 'product_id does not fit the table, where it is short', '40000'],
    [
      '1,2,2025-02-01,0.1234567890123,0,1,1,0',
      'price does not fit the table, where it is float',
      '0.1234567890123',
    ],
    ['1,2,2025-02-01,1,0,1.5,1,0', 'daily_sales does not fit the table, where it is integer', '1.5'],
    ['1,2,2025-02-01,1,0,1,0.25,0', 'inventory does not fit the table, where it is decimal(6,1)', '0.25'],
    [
      '1,2,2025-02-01,1,0,1,1234567,0',
      'inventory does not fit the table, where it is decimal(6,1)',
      '1234567.0',
    ],
  ])('sets aside what it cannot hold: %s', async (line, reason, value) => {
    const workspace = await createWorkspace();
    await append(workspace, 'raw', NARROW);
    const path = await workspace.file('x.csv', `${HEADER}\n1,2,2025-02-02,1,0,1,1,0\n${line}\n`);
    expect(await ingest(workspace.context, [path])).toMatchObject({
      rows: 1,
      reasons: [{ reason, rows: 1 }],
    });
    expect(await workspace.query('raw_rejected', 'SELECT row_number, reason, value FROM {table}')).toEqual([
      { row_number: 2, reason, value },
    ]);
  });

  test('refuses a file of which it can hold no row, and a column that it cannot have', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 'raw', NARROW);
    const words = await workspace.file('x.csv', `${HEADER}\nS1,2,2025-02-01,1,0,1,1,0\n`);
    const refused = ingest(workspace.context, [words]);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(
      'store_id does not fit the table, where it is long (1 rows, first in row 1 of',
    );
    await append(workspace, 'days', NARROW.replace('CAST(daily_sales AS INTEGER)', 'date'));
    workspace.context.model.spec.data.rawTable = 'days';
    await expect(ingest(workspace.context, [words])).rejects.toThrow(
      'table days: column daily_sales is DATE, expected numbers',
    );
  });

  test('without a column that tells its rows apart refuses, and says which field names it', async () => {
    const workspace = await createWorkspace({ columns: { store: 'Filiale' } });
    await append(workspace, 'raw', NARROW);
    const path = await workspace.file(
      'x.csv',
      `${HEADER.replace('store_id', 'Filiale')}\n1,2,2025-02-01,1,0,1,1,0\n`,
    );
    await expect(ingest(workspace.context, [path])).rejects.toThrow(
      'table raw has no column Filiale (spec.data.columns.store); it has store_id, product_id, date',
    );
  });

  test('keeps columns that the files lack, nested ones too, unless they must have a value', async () => {
    const workspace = await createWorkspace();
    const { context, file, query } = workspace;
    const tags = { type: 'array', elementType: 'string', containsNull: true };
    const names = { type: 'map', keyType: 'string', valueType: tags, valueContainsNull: true };
    const place = { type: 'struct', fields: [field('lat', 'double'), field('names', names)] };
    const fields = [...KEYS, field('tags', tags), field('place', place)];
    const path = await file('x.csv', 'store_id,product_id,date,stockout\nS,P,2025-01-01,0\n');
    await create(workspace, 'raw', fields);
    expect(await ingest(context, [path])).toMatchObject({ rows: 1, tableVersion: 1 });
    expect(await query('raw', 'SELECT store_id, tags, place FROM {table}')).toEqual([
      { store_id: 'S', tags: null, place: null },
    ]);
    await features(context);

    await create(workspace, 'strict', [...fields, field('source', 'string', false)]);
    context.model.spec.data.rawTable = 'strict';
    await expect(ingest(context, [path])).rejects.toThrow(
      'cannot append to table strict: column source is missing, which must have a value',
    );
  });

  test('takes no null where it has none', async () => {
    const workspace = await createWorkspace();
    await create(workspace, 'raw', [...KEYS, field('price', 'double', false)]);
    const lines = 'S,P,2025-01-01,0,1\nS,P,2025-01-02,0,\n';
    const path = await workspace.file('x.csv', `store_id,product_id,date,stockout,price\n${lines}`);
    expect(await ingest(workspace.context, [path])).toMatchObject({
      rows: 1,
      reasons: [{ reason: 'price is null, which the table does not allow', rows: 1 }],
    });
  });
});

function field(name: string, type: unknown, nullable = true): object {
  return { name, type, nullable, metadata: {} };
}

const KEYS = [
  field('store_id', 'string', false),
  field('product_id', 'string'),
  field('date', 'date'),
  field('stockout', 'integer'),
];

/** A table without rows, as another writer makes it. */
async function create({ storage, locate }: Workspace, name: string, fields: object[]): Promise<void> {
  const schemaString = JSON.stringify({ type: 'struct', fields });
  const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
  const actions = [{ protocol }, { metaData: metadata({ schemaString }) }];
  const log = actions.map((action) => JSON.stringify(action)).join('\n');
  await storage.put(keyIn(locate(name), '_delta_log/00000000000000000000.json'), log);
}

/** The same rows with keys that could be numbers. */
function numbered(rows: string, dearer: number): string {
  return `SELECT * REPLACE (substr(store_id, 2) AS store_id, substr(product_id, 2) AS product_id, price + ${dearer} AS price)
    FROM (${rows})`;
}
