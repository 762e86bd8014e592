import { describe, expect, test } from 'vitest';
import { features } from '../features.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { ingest } from './ingest.ts';
import { checkFiles } from './profile.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

const HEADER = 'store_id,product_id,date,stockout';
const KEYS = "'S' AS store_id, 'P' AS product_id, 0 AS stockout";
const row = (day: number, more: string) => `SELECT ${KEYS}, DATE '2025-01-01' + ${day} AS date, ${more}`;

async function fieldsOf({ snapshot }: Workspace): Promise<Record<string, string>> {
  const { fields } = JSON.parse((await snapshot('raw')).metadata.schemaString) as {
    fields: { name: string; type: string }[];
  };
  return Object.fromEntries(fields.slice(4).map(({ name, type }) => [name, type]));
}

describe('columns that the spec does not name', () => {
  test('are kept with their types, or with one that holds all of their values', async () => {
    const workspace = await createWorkspace();
    const more = `'x' AS v, 1::BIGINT AS l, 2::INTEGER AS i, 3::SMALLINT AS h, 4::TINYINT AS y, 5::UINTEGER AS u, 6::UBIGINT AS ul,
      0.1::DOUBLE AS d, 0.5::FLOAT AS f, 1.25::DECIMAL(5, 2) AS dec, true AS b, DATE '2024-02-29' AS day,
      TIMESTAMPTZ '2025-01-31 12:00:00+00' AS at, 'red'::ENUM('red', 'blue') AS color, '\\xFF'::BLOB AS bytes`;
    const path = await workspace.parquet('x.parquet', row(0, more));
    const { keptColumns, leftOut } = await ingest(workspace.context, [path]);
    expect([keptColumns.length, leftOut]).toEqual([15, []]);
    expect(await fieldsOf(workspace)).toEqual({
      v: 'string',
      l: 'long',
      i: 'integer',
      h: 'short',
      y: 'byte',
      u: 'long',
      ul: 'decimal(20,0)',
      d: 'double',
      f: 'float',
      dec: 'decimal(5,2)',
      b: 'boolean',
      day: 'date',
      at: 'timestamp',
      color: 'string',
      bytes: 'binary',
    });
    const [kept] = await workspace.query(
      'raw',
      'SELECT * EXCLUDE (store_id, product_id, date, stockout) FROM {table}',
    );
    const [given] = await duckdb.db.rows(
      `SELECT * EXCLUDE (store_id, product_id, date, stockout) FROM (${row(0, more)})`,
    );
    expect({ ...kept, ul: Number(kept?.['ul']) }).toEqual(given);
  });

  test('are text where they come from CSV, whatever stands in them: no cell of theirs rejects a row', async () => {
    const workspace = await createWorkspace();
    const lines = [
      'S,P,2025-01-01,0,007,NaN',
      'S,P,2025-01-02,0,,"a, ""b"""',
      'S,P,2025-01-03,0,1e999,\u0001',
    ];
    const path = await workspace.file('x.csv', `${HEADER},code,note\n${lines.join('\n')}\n`);
    expect(await ingest(workspace.context, [path])).toMatchObject({ rows: 3, rejected: 0, lost: [] });
    expect(await workspace.query('raw', 'SELECT code, note FROM {table} ORDER BY date')).toEqual([
      { code: '007', note: 'NaN' },
      { code: null, note: 'a, "b"' },
      { code: '1e999', note: '\u0001' },
    ]);
  });

  test('are left out by name where Delta tables have no such name or type', async () => {
    const workspace = await createWorkspace();
    const more = `1 AS "a b", 2 AS "c(d)", [1, 2] AS hours, {'x': 1} AS nested, TIMESTAMP '2025-01-01' AS naive, 3 AS fine`;
    const path = await workspace.parquet('x.parquet', row(0, more));
    const { keptColumns, leftOut } = await ingest(workspace.context, [path]);
    expect(keptColumns).toEqual(['fine']);
    expect(leftOut).toEqual([
      { column: 'a b', why: 'Delta tables have no space and none of ,;{}()= in names: rename it to keep it' },
      {
        column: 'c(d)',
        why: 'Delta tables have no space and none of ,;{}()= in names: rename it to keep it',
      },
      { column: 'hours', why: 'it is INTEGER[]: convert it to keep it' },
      { column: 'nested', why: 'it is STRUCT(x INTEGER): convert it to keep it' },
      { column: 'naive', why: 'it is TIMESTAMP: convert it to keep it' },
    ]);
    const profile = await checkFiles([path]);
    expect(profile.leftOut).toEqual(leftOut);
    expect(profile.columns.at(-1)).toMatchObject({ name: 'fine', type: 'INTEGER', min: 3, used: false });
  });

  test('may differ from file to file: what one lacks is null, and types meet in one that holds both', async () => {
    const workspace = await createWorkspace();
    const files = [
      await workspace.parquet('1.parquet', row(0, "1 AS n, DATE '2025-01-01' AS mixed")),
      await workspace.parquet('2.parquet', row(1, "0.5::DOUBLE AS N, 'x' AS note, 1 AS mixed")),
    ];
    expect(await ingest(workspace.context, files)).toMatchObject({
      keptColumns: ['n', 'mixed', 'note'],
      lost: [],
    });
    expect(await workspace.query('raw', 'SELECT n, mixed, note FROM {table} ORDER BY date')).toEqual([
      { n: 1, mixed: '2025-01-01', note: null },
      { n: 0.5, mixed: '1', note: 'x' },
    ]);
  });

  test('that a later file lacks or has anew are null where they were not there', async () => {
    const workspace = await createWorkspace();
    await ingest(workspace.context, [await workspace.parquet('1.parquet', row(0, '1 AS a'))]);
    await ingest(workspace.context, [await workspace.parquet('2.parquet', row(1, '2 AS b'))]);
    expect(await workspace.query('raw', 'SELECT a, b FROM {table} ORDER BY date')).toEqual([
      { a: 1, b: null },
      { a: null, b: 2 },
    ]);
  });

  test.each([
    ['INTEGER', ["'7'", "'7.0'", "'7.5'", "'x'"], [7, 7, null, null]],
    ['INTEGER', ['7::BIGINT', '5000000000', '7.5::DOUBLE'], [7, null, null]],
    ['FLOAT', ['0.1::DOUBLE', '0.123456789012::DOUBLE'], [0.1, null]],
    ['DOUBLE', ['9007199254740993', '3'], [null, 3]],
    ['VARCHAR', ['1.5::DOUBLE', 'true', "DATE '2025-01-01'"], ['1.5', 'true', '2025-01-01']],
    ['DATE', ["'2025-01-31'", "'31.1.2025'", '5'], ['2025-01-31', null, null]],
  ])(
    'that the table has as %s: values that fit it are kept, the others are told',
    async (type, values, kept) => {
      const workspace = await createWorkspace();
      const { context, parquet, query } = workspace;
      await ingest(context, [await parquet('0.parquet', row(0, `CAST(NULL AS ${type}) AS x`))]);
      let lost = 0;
      for (const [i, value] of values.entries()) {
        const result = await ingest(context, [
          await parquet(`${i + 1}.parquet`, row(i + 1, `${value} AS x`)),
        ]);
        expect(result).toMatchObject({ rows: 1, rejected: 0 });
        lost += result.lost.reduce((sum, { rows }) => sum + rows, 0);
      }
      const found = await query<{ x: unknown }>('raw', 'SELECT x FROM {table} ORDER BY date OFFSET 1');
      expect(found.map(({ x }) => x)).toEqual(type === 'FLOAT' ? [expect.closeTo(0.1), null] : kept);
      expect(lost).toBe(kept.filter((value) => value === null).length);
    },
  );

  test('become covariates by a spec alone, text of numbers too; other text is told by the number of rows', async () => {
    const workspace = await createWorkspace();
    const { context, folder, query } = workspace;
    await duckdb.db.run(
      `COPY (SELECT *, daily_sales * 2 AS temperature, 'x' AS note FROM (${rawRows()})) TO '${folder}/x.csv' (HEADER)`,
    );
    await ingest(context, [`${folder}/x.csv`]);
    context.model.spec.data.covariates = [{ column: 'temperature', history: false }];
    context.model.spec.data.features = 'Extended';
    await features(context);
    const [wrong] = await query(
      'features',
      'SELECT count(*) AS n FROM {table} WHERE temperature IS DISTINCT FROM daily_sales * 2',
    );
    expect(wrong).toEqual({ n: 0 });
    context.model.spec.data.covariates = [{ column: 'note', history: false }];
    await expect(features(context)).rejects.toThrow('note is not a number (40 rows)');
  });
});
