import { describe, expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { Action, AddFile } from './actions.ts';
import { inlineVector } from './deletion-vector.test-support.ts';
import { filesWithDays } from './relation.ts';
import type { SchemaField } from './schema.ts';
import { storedName } from './stored-columns.ts';
import { addOf, foreignTable, metadata } from './table.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const MAPPED = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['columnMapping', 'deletionVectors'],
  writerFeatures: ['columnMapping', 'deletionVectors'],
};

function field(name: string, physicalName: string, type: SchemaField['type'], id = 1): SchemaField {
  const mapping = { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': physicalName };
  return { name, type, nullable: true, metadata: mapping };
}

async function mappedTable(
  workspace: Workspace,
  fields: readonly SchemaField[],
  adds: readonly Action[],
  more: object = {},
  mode = 'name',
): Promise<void> {
  const metaData = metadata({
    schemaString: JSON.stringify({ type: 'struct', fields }),
    configuration: { 'delta.columnMapping.mode': mode },
    ...more,
  });
  await foreignTable(workspace, [{ protocol: MAPPED }, { metaData }, ...adds]);
}

async function put(
  workspace: Workspace,
  path: string,
  select: string,
  values: Record<string, string | null> = {},
  more: Partial<AddFile> = {},
  options = '',
): Promise<Action> {
  await duckdb.db.run(`COPY (${select}) TO '${workspace.folder}/${path}' (FORMAT parquet${options})`);
  await workspace.storage.put(`t/${path}`, { file: `${workspace.folder}/${path}` });
  return addOf(workspace, path, values, more);
}

describe('columns that are mapped by name', () => {
  test('are found under their physical names, also swapped, dropped, younger or awkward ones', async () => {
    const workspace = await createWorkspace();
    const fields = [
      field('a', 'b', 'integer'),
      field('b', 'a', 'string'),
      field('spaced "name", too', 'col-1', 'double'),
      field('younger', 'col-2', 'date'),
    ];
    await mappedTable(workspace, fields, [
      await put(workspace, '1.parquet', `SELECT 1 AS b, 'x' AS a, 0.5::DOUBLE AS "col-1", 'gone' AS "col-0"`),
      await put(workspace, '2.parquet', `SELECT DATE '2025-01-01' AS "col-2", 2 AS b`),
    ]);
    expect(await workspace.query('t', 'FROM {table} ORDER BY a')).toEqual([
      { a: 1, b: 'x', 'spaced "name", too': 0.5, younger: null },
      { a: 2, b: null, 'spaced "name", too': null, younger: '2025-01-01' },
    ]);
  });

  test('have partition values and stats under their physical names', async () => {
    const workspace = await createWorkspace();
    const fields = [
      field('a', 'col-a', 'integer'),
      field('region', 'col-r', 'string'),
      field('date', 'old', 'date'),
    ];
    const stats = JSON.stringify({
      numRecords: 2,
      minValues: { old: '2025-01-01', date: '1999-01-01' },
      maxValues: { old: '2025-01-02', date: '1999-01-01' },
    });
    const file = await put(
      workspace,
      'f.parquet',
      `SELECT unnest([1, 2]) AS "col-a", DATE '2025-01-01' AS old, 'materialized' AS "col-r"`,
      { 'col-r': 'north', region: 'wrong' },
      { stats, deletionVector: inlineVector([0]) },
    );
    await mappedTable(workspace, fields, [file], { partitionColumns: ['region'] });
    expect(await workspace.query('t', 'FROM {table}')).toEqual([
      { a: 2, region: 'north', date: '2025-01-01' },
    ]);
    const snapshot = await workspace.snapshot('t');
    expect(storedName(snapshot, 'date')).toBe('old');
    const days = (first: string, last: string) =>
      filesWithDays(snapshot.files.values(), first, last, storedName(snapshot, 'date'));
    expect(days('2025-01-02', '2025-01-09')).toHaveLength(1);
    expect(days('1999-01-01', '1999-12-31')).toEqual([]);
  });

  test('may be nested: structs, lists and maps of structs, and nulls of each', async () => {
    const workspace = await createWorkspace();
    const inner: SchemaField['type'] = {
      type: 'struct',
      fields: [field('x', 'p-x', 'integer'), field('y', 'p-y', 'string')],
    };
    const fields = [
      field('a', 'p-a', 'integer'),
      field('s', 'p-s', inner),
      field('l', 'p-l', { type: 'array', elementType: inner }),
      field('m', 'p-m', { type: 'map', keyType: 'string', valueType: inner }),
    ];
    await mappedTable(workspace, fields, [
      await put(
        workspace,
        '1.parquet',
        `SELECT 1 AS "p-a", {'p-x': 1, 'p-y': 'a'} AS "p-s", [{'p-x': 2, 'p-y': 'b'}, NULL] AS "p-l",
          MAP {'k': {'p-x': 3, 'p-y': NULL}} AS "p-m"`,
      ),
      await put(workspace, '2.parquet', `SELECT 2 AS "p-a", {'p-x': 4} AS "p-s"`),
    ]);
    const rows = await workspace.query<{ row: string }>(
      't',
      `SELECT CAST(to_json(r) AS VARCHAR) AS row FROM {table} AS r ORDER BY r.a`,
    );
    expect(rows.map(({ row }) => JSON.parse(row) as unknown)).toEqual([
      { a: 1, s: { x: 1, y: 'a' }, l: [{ x: 2, y: 'b' }, null], m: { k: { x: 3, y: null } } },
      { a: 2, s: { x: 4, y: null }, l: null, m: null },
    ]);
  });

  test('are their own names where the protocol does not know of mappings', async () => {
    const workspace = await createWorkspace();
    const metaData = metadata({
      schemaString: JSON.stringify({ type: 'struct', fields: [field('a', 'b', 'integer')] }),
      configuration: { 'delta.columnMapping.mode': 'name' },
    });
    const file = await put(workspace, 'f.parquet', 'SELECT 1 AS a, 2 AS b');
    await foreignTable(workspace, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData },
      file,
    ]);
    expect(await workspace.query('t', 'FROM {table}')).toEqual([{ a: 1 }]);
  });
});

test('columns that are mapped by id are found by the ids of each file, whatever their names', async () => {
  const workspace = await createWorkspace();
  const fields = [
    field('a', 'p-a', 'long', 4),
    field('b', 'p-b', 'string', 2),
    field('region', 'p-r', 'string', 9),
  ];
  await mappedTable(
    workspace,
    fields,
    [
      await put(
        workspace,
        '1.parquet',
        `SELECT 1 AS x, 'one' AS a`,
        { 'p-r': 'north' },
        {},
        ', FIELD_IDS {x: 4, a: 2}',
      ),
      await put(
        workspace,
        '2.parquet',
        `SELECT unnest([20, 2]) AS b`,
        { 'p-r': null },
        { deletionVector: inlineVector([0]) },
        ', FIELD_IDS {b: 4}',
      ),
    ],
    { partitionColumns: ['region'] },
    'id',
  );
  expect(await workspace.query('t', 'FROM {table} ORDER BY a')).toEqual([
    { a: 1, b: 'one', region: 'north' },
    { a: 2, b: null, region: null },
  ]);
});

function changed(name: string, type: string, ...types: string[]): SchemaField {
  const changes = types.map((fromType) => ({ fromType, toType: type }));
  return { name, type, nullable: true, metadata: { 'delta.typeChanges': changes } };
}

test('columns that were widened have the wider type in all files', async () => {
  const workspace = await createWorkspace();
  const fields = [
    changed('whole', 'long', 'short'),
    changed('real', 'double', 'float', 'integer'),
    changed('price', 'decimal(22,2)', 'decimal(6,2)', 'long'),
    changed('day', 'timestamp_ntz', 'date'),
  ];
  const protocol = {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['typeWidening', 'timestampNtz'],
  };
  const metaData = metadata({ schemaString: JSON.stringify({ type: 'struct', fields }) });
  await foreignTable(workspace, [
    { protocol },
    { metaData },
    await put(
      workspace,
      '1.parquet',
      `SELECT 1::SMALLINT AS whole, 1.5::FLOAT AS real, 7::BIGINT AS price, DATE '2025-01-01' AS day`,
    ),
    await put(
      workspace,
      '2.parquet',
      `SELECT 2::SMALLINT AS whole, 2::INTEGER AS real, 1.25::DECIMAL(6,2) AS price`,
    ),
  ]);
  const types = await workspace.query<{ column_type: string }>('t', 'DESCRIBE FROM {table}');
  expect(types.map(({ column_type }) => column_type)).toEqual([
    'BIGINT',
    'DOUBLE',
    'DECIMAL(22,2)',
    'TIMESTAMP',
  ]);
  const text = 'whole, real, CAST(price AS VARCHAR) AS price, CAST(day AS VARCHAR) AS day';
  expect(await workspace.query('t', `SELECT ${text} FROM {table} ORDER BY whole`)).toEqual([
    { whole: 1, real: 1.5, price: '7.00', day: '2025-01-01 00:00:00' },
    { whole: 2, real: 2, price: '1.25', day: null },
  ]);
});
