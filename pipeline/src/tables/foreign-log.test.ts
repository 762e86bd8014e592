import { InputError } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { Protocol } from './actions.ts';
import { commitKey } from './log.ts';
import { countRows } from './relation.ts';
import { INTEGER_A, addOf, foreignTable, metadata, tableWriters } from './table.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);

function readers(...readerFeatures: string[]) {
  return { minReaderVersion: 3, minWriterVersion: 7, readerFeatures };
}

/** The schema of the one column a, with something else about it. */
function column(more: object) {
  const fields = [{ ...INTEGER_A, metadata: {}, ...more }];
  return { schemaString: JSON.stringify({ type: 'struct', fields }) };
}

function change(fromType: string, toType: string) {
  return { metadata: { 'delta.typeChanges': [{ fromType, toType }] } };
}

describe('a log of other writers', () => {
  const list = { type: 'array', elementType: 'variant', containsNull: true };

  test.each([
    ['catalogManaged', readers('timestampNtz', 'catalogManaged'), {}],
    ['a reader of version 4', { minReaderVersion: 4, minWriterVersion: 8 }, {}],
    ['variantType: its column a is a variant', readers('variantType'), column({ type: 'variant' })],
    ['variantType: its column a is a variant', readers('variantType'), column({ type: list })],
    ['typeWidening of a from long to double', readers('typeWidening'), column(change('long', 'double'))],
    [
      'columnMapping (wild)',
      readers('columnMapping'),
      { configuration: { 'delta.columnMapping.mode': 'wild' } },
    ],
    [
      'columnMapping (id) and its column a is nested',
      { minReaderVersion: 2, minWriterVersion: 5 },
      {
        configuration: { 'delta.columnMapping.mode': 'id' },
        ...column({ type: { ...list, elementType: 'long' } }),
      },
    ],
  ])('that uses %s is refused by that name', async (name, protocol, more) => {
    const workspace = await createWorkspace();
    await foreignTable(workspace, [{ protocol }, { metaData: metadata(more) }]);
    await expect(workspace.snapshot('t')).rejects.toThrow(InputError);
    await expect(workspace.snapshot('t')).rejects.toThrow(`Delta table t: it `);
    await expect(workspace.snapshot('t')).rejects.toThrow(name);
  });

  const writerFeatures = [
    'rowTracking',
    'inCommitTimestamp',
    'domainMetadata',
    'clustering',
    'changeDataFeed',
    'icebergCompatV2',
    'identityColumns',
    'checkConstraints',
    'generatedColumns',
    'allowColumnDefaults',
    'checkpointProtection',
  ];
  const readerFeatures = ['deletionVectors', 'columnMapping', 'v2Checkpoint', 'typeWidening', 'variantType'];

  test.each<[string, Protocol, object]>([
    [
      'a writer of version 4 (change data feed, generated columns)',
      { minReaderVersion: 1, minWriterVersion: 4 },
      {},
    ],
    ['a writer of version 5 (column mapping)', { minReaderVersion: 2, minWriterVersion: 5 }, {}],
    ...writerFeatures.map((feature): [string, Protocol, object] => [
      `it uses ${feature}`,
      { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['appendOnly', feature] },
      {},
    ]),
    ...readerFeatures.map((feature): [string, Protocol, object] => [
      `it uses ${feature}`,
      { ...readers(feature), writerFeatures: [feature] },
      {},
    ]),
    ['partitioned by a', { minReaderVersion: 1, minWriterVersion: 2 }, { partitionColumns: ['a'] }],
  ])('%s may be read, not written', async (name, protocol, more) => {
    const workspace = await createWorkspace();
    await foreignTable(workspace, [{ protocol }, { metaData: metadata(more) }]);
    expect((await workspace.snapshot('t')).version).toBe(0);
    await expect(append(workspace, 't', 'SELECT 1 AS a')).rejects.toThrow(name);
  });

  test('that is append-only takes appends and refuses to be overwritten', async () => {
    const workspace = await createWorkspace();
    await foreignTable(workspace, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData: metadata({ configuration: { 'delta.appendOnly': 'true' } }) },
    ]);
    await append(workspace, 't', 'SELECT 1 AS a');
    await expect(overwrite(workspace, 't', 'SELECT 2 AS a')).rejects.toThrow('append-only');
  });

  test('takes naive timestamps where it has them, and from no one else', async () => {
    const workspace = await createWorkspace();
    const schemaString = JSON.stringify({
      type: 'struct',
      fields: [{ name: 'a', type: 'timestamp_ntz', nullable: true, metadata: {} }],
    });
    await foreignTable(workspace, [
      {
        protocol: {
          minReaderVersion: 3,
          minWriterVersion: 7,
          readerFeatures: ['timestampNtz'],
          writerFeatures: ['timestampNtz'],
        },
      },
      { metaData: metadata({ schemaString }) },
    ]);
    const select = "SELECT TIMESTAMP '2025-01-01 12:00:00' AS a";
    await append(workspace, 't', select);
    expect(await workspace.query('t', 'SELECT a FROM {table}')).toEqual([{ a: '2025-01-01 12:00:00' }]);
    await expect(overwrite(workspace, 't', select)).rejects.toThrow('TIMESTAMP cannot be written');
    await expect(append(workspace, 'other', select)).rejects.toThrow('TIMESTAMP cannot be written');
  });

  test('may have URL-encoded paths, partition values and files without a younger column', async () => {
    const workspace = await createWorkspace();
    const fields = ['a', 'region', 'day', 'b'].map((name) => ({
      name,
      type: name === 'a' ? 'integer' : name === 'day' ? 'date' : 'string',
      nullable: true,
    }));
    await workspace.storage.put('t/region=north east/50%.parquet', {
      file: await workspace.parquet('1', 'SELECT 1 AS a'),
    });
    await workspace.storage.put('t/plain.parquet', {
      file: await workspace.parquet('2', "SELECT 2 AS a, 'new' AS b"),
    });
    await foreignTable(workspace, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      {
        metaData: metadata({
          partitionColumns: ['region', 'day'],
          schemaString: JSON.stringify({ type: 'struct', fields }),
        }),
      },
      await addOf(workspace, 'region=north%20east/50%25.parquet', {
        region: 'north east',
        day: '2025-01-01',
      }),
      await addOf(workspace, 'plain.parquet', { region: null, day: '2025-01-02' }),
    ]);
    expect(await workspace.query('t', 'SELECT * FROM {table} ORDER BY a')).toEqual([
      { a: 1, region: 'north east', day: '2025-01-01', b: null },
      { a: 2, region: null, day: '2025-01-02', b: 'new' },
    ]);
    expect(await countRows(duckdb.db, workspace.locate('t'), await workspace.snapshot('t'))).toBe(2);
  });

  test('that refers to files elsewhere is refused', async () => {
    const workspace = await createWorkspace();
    await foreignTable(workspace, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData: metadata({}) },
      {
        add: {
          path: 's3://other/x.parquet',
          partitionValues: {},
          size: 1,
          modificationTime: 1,
          dataChange: true,
        },
      },
    ]);
    await expect(workspace.query('t', 'SELECT 1 FROM {table}')).rejects.toThrow(
      'refers to a file outside of its folder',
    );
  });

  test('may hold checksums, staged commits and unknown actions: they are passed over', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    for (const name of [
      '.00000000000000000000.json.crc',
      '_staged_commits/00000000000000000001.x.json',
      '00000000000000000000.crc',
    ]) {
      await workspace.storage.put(`t/_delta_log/${name}`, 'not ours');
    }
    await workspace.storage.put(
      commitKey(workspace.locate('t'), 1),
      '{"domainMetadata":{"domain":"x"}}\r\n\n{"cdc":{"path":"y"}}\n',
    );
    expect(await workspace.query('t', 'SELECT a FROM {table}')).toEqual([{ a: 1 }]);
  });

  test('that is damaged or has a hole says which file or version is at fault', async () => {
    const workspace = await createWorkspace();
    for (let i = 0; i < 3; i++) await append(workspace, 't', 'SELECT 1 AS a');
    const location = workspace.locate('t');
    await workspace.storage.put(commitKey(location, 2), '{"add": {"pa');
    await expect(workspace.snapshot('t')).rejects.toThrow('00000000000000000002.json');
    await workspace.storage.delete(commitKey(location, 1));
    await expect(workspace.snapshot('t')).rejects.toThrow('a commit before it is missing');
    expect((await workspace.snapshot('t', 0)).version).toBe(0);
  });
});

describe('a data file', () => {
  test('that was cut short or replaced is told by its name before a row is read', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    const [file] = (await workspace.snapshot('t')).files.values();
    const key = `t/${file?.path}`;
    await workspace.storage.put(key, (await workspace.storage.read(key)).subarray(0, 100));
    await expect(workspace.query('t', 'SELECT a FROM {table}')).rejects.toThrow(
      `${key} of table t in ${workspace.storage.uri} is damaged, it has 100 bytes and its log says ${file?.size}: restore it`,
    );
  });

  test('that is gone is told by its name', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    const [file] = (await workspace.snapshot('t')).files.values();
    await workspace.storage.delete(`t/${file?.path}`);
    await expect(workspace.query('t', 'SELECT a FROM {table}')).rejects.toThrow(
      `t/${file?.path} of table t in ${workspace.storage.uri} is missing: where vacuum has removed it, take a newer version`,
    );
  });
});
