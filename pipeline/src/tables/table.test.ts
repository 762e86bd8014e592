import { InputError } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { deleteDataFiles, writeDataFiles } from './data-files.ts';
import { commitKey } from './log.ts';
import { countRows, filesWithDays } from './relation.ts';
import { loadSnapshot } from './snapshot.ts';
import { commit } from './table.ts';
import { EMPTY, INTEGER_A, foreignTable, metadata, tableWriters } from './table.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);

describe('a table', () => {
  test('reads back what was written, after appends, an overwrite and back in time', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    await append(workspace, 't', 'SELECT 2 AS a UNION ALL SELECT NULL');
    await overwrite(workspace, 't', "SELECT 'x' AS b");
    expect(await workspace.query('t', 'SELECT * FROM {table}')).toEqual([{ b: 'x' }]);
    expect(await workspace.query('t', 'SELECT a FROM {table} ORDER BY a NULLS LAST', 1)).toEqual([
      { a: 1 },
      { a: 2 },
      { a: null },
    ]);
    await expect(workspace.snapshot('t', 3)).rejects.toThrow(
      'version 3 of table t cannot be read: its log goes from 0 to 2',
    );
  });

  test('that does not exist has version -1, and asking for a version of it says that it does not exist', async () => {
    const { storage, locate, snapshot } = await createWorkspace();
    expect((await loadSnapshot(duckdb.db, locate('none'))).version).toBe(-1);
    await expect(snapshot('none', 0)).rejects.toThrow(`table none does not exist in ${storage.uri}`);
  });

  test('without rows has its columns all the same', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', "SELECT 1 AS a, DATE '2025-01-01' AS date, 'x' AS b LIMIT 0");
    expect((await workspace.snapshot('t')).files.size).toBe(0);
    expect(await workspace.query('t', 'SELECT * FROM {table}')).toEqual([]);
    expect(await countRows(duckdb.db, workspace.locate('t'), await workspace.snapshot('t'))).toBe(0);
  });

  test('keeps every type that it can write, and refuses by name what it cannot', async () => {
    const workspace = await createWorkspace();
    const select = `SELECT 'text' AS s, 1::BIGINT AS l, 2::INTEGER AS i, 3::SMALLINT AS h, 4::TINYINT AS y, 0.1::DOUBLE AS d,
      0.5::FLOAT AS f, true AS b, DATE '2025-01-31' AS date, TIMESTAMPTZ '2025-01-31 12:00:00+00' AS z`;
    await append(workspace, 't', select);
    expect(await workspace.query('t', 'SELECT * FROM {table}')).toEqual(await duckdb.db.rows(select));
    await expect(append(workspace, 'u', 'SELECT 1::HUGEINT AS huge')).rejects.toThrow('column huge: HUGEINT');
  });

  test('has stats by which others may skip files: bounds that hold, nulls counted, NaN without bounds', async () => {
    const workspace = await createWorkspace();
    await append(
      workspace,
      't',
      `SELECT * FROM (VALUES (DATE '2025-01-02', 0.1 + 0.2::DOUBLE, 'NaN'::DOUBLE, repeat('ü', 80)), (NULL, 1/3::DOUBLE, 1, 'a'))
        AS v(date, d, n, s)`,
    );
    const [file] = (await workspace.snapshot('t')).files.values();
    expect(JSON.parse(file?.stats ?? '')).toEqual({
      numRecords: 2,
      minValues: { date: '2025-01-02', d: 0.1 + 0.2, s: 'a' },
      maxValues: { date: '2025-01-02', d: 1 / 3 },
      nullCount: { date: 1, d: 0, n: 0, s: 0 },
    });
  });

  test('has bounds of whole characters: half of one would make the log unreadable for others', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', `SELECT 'x' || repeat('🍎', 40) AS s`);
    const [file] = (await workspace.snapshot('t')).files.values();
    const { minValues, maxValues } = JSON.parse(file?.stats ?? '');
    expect(minValues.s.isWellFormed()).toBe(true);
    expect([minValues.s, maxValues.s]).toEqual([`x${'🍎'.repeat(31)}`, undefined]);
  });

  test('skips files by their days, and never one without stats', async () => {
    const workspace = await createWorkspace();
    for (const day of ['2025-01-01', '2025-01-05'])
      await append(workspace, 't', `SELECT DATE '${day}' AS date`);
    const files = [...(await workspace.snapshot('t')).files.values()];
    const bare = files.map((file) => ({ ...file, stats: null }));
    expect(filesWithDays(files, '2025-01-02', '2025-01-04')).toEqual([]);
    expect(filesWithDays(files, '2025-01-02', '2025-01-05')).toHaveLength(1);
    expect(filesWithDays(bare, '2025-01-02', '2025-01-04')).toHaveLength(2);
  });

  test('refuses an append that lacks columns or has others in their place, and names each of them', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', "SELECT 1 AS a, 'x' AS b, 1.5::DOUBLE AS c");
    const other = append(workspace, 't', 'SELECT \'one\' AS a, 1.5::DOUBLE AS "C", 2 AS d');
    await expect(other).rejects.toThrow(InputError);
    await expect(other).rejects.toThrow(
      "cannot append to table t: column b is missing; column c is missing; column C differs from the table's c by case " +
        'alone; column a is string where the table has integer',
    );
    expect((await workspace.snapshot('t')).version).toBe(0);
    await append(workspace, 't', "SELECT 2.5::DOUBLE AS c, 'y' AS b, 2 AS a");
    expect(await workspace.query('t', 'SELECT * FROM {table} ORDER BY a DESC LIMIT 1')).toEqual([
      { a: 2, b: 'y', c: 2.5 },
    ]);
  });
});

describe('a new column', () => {
  test('is null in the rows before, and older versions do not have it', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    await append(workspace, 't', "SELECT 'x' AS b, 2 AS a");
    const rows = [
      { a: 1, b: null },
      { a: 2, b: 'x' },
    ];
    expect(await workspace.query('t', 'FROM {table} ORDER BY a')).toEqual(rows);
    expect(await workspace.query('t', 'FROM {table}', 0)).toEqual([{ a: 1 }]);
    await expect(append(workspace, 't', 'SELECT 3 AS a')).rejects.toThrow('column b is missing');
  });

  test('is added by one of two writers at once, and the other one sees it', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    await Promise.all([2, 3].map((a) => append(workspace, 't', `SELECT ${a} AS a, ${a} AS b`)));
    expect(await workspace.query('t', 'SELECT max(b) AS b, count(*) AS n FROM {table}')).toEqual([
      { b: 3, n: 3 },
    ]);
  });

  test("leaves what a foreign table's schema says of its columns as it is", async () => {
    const workspace = await createWorkspace();
    const noted = { ...INTEGER_A, metadata: { comment: 'units sold' } };
    await foreignTable(workspace, [
      { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
      { metaData: metadata({ schemaString: JSON.stringify({ type: 'struct', fields: [noted] }) }) },
    ]);
    await append(workspace, 't', 'SELECT 1 AS a, 2 AS b');
    const { schemaString } = (await workspace.snapshot('t')).metadata;
    expect(JSON.parse(schemaString).fields).toEqual([
      noted,
      { name: 'b', type: 'integer', nullable: true, metadata: {} },
    ]);
  });
});

describe('writers at once', () => {
  test('lose no row, give no version twice, and write a transaction once', async () => {
    const workspace = await createWorkspace();
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 0; i < 6; i++) await append(workspace, 't', `SELECT ${writer * 10 + i} AS a`);
      await commit(duckdb.db, workspace.locate('t'), async ({ transactions }) =>
        transactions.has('once')
          ? undefined
          : { ...EMPTY, fields: [INTEGER_A], transactions: [{ appId: 'once' }] },
      );
    });
    await Promise.all(writers);
    const { version, transactions } = await workspace.snapshot('t');
    expect(version).toBe(24);
    expect(transactions.get('once')?.version).toBeGreaterThan(0);
    const [row] = await workspace.query(
      't',
      'SELECT count(*) AS n, count(DISTINCT a) AS distinct FROM {table}',
    );
    expect(row).toEqual({ n: 24, distinct: 24 });
  });

  test('an overwrite that loses a race replaces what the winner wrote too', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    const mine = await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 9 AS a');
    let attempts = 0;
    await commit(duckdb.db, workspace.locate('t'), async (snapshot) => {
      if (attempts++ === 0) await append(workspace, 't', 'SELECT 2 AS a');
      return { ...EMPTY, ...mine, removes: [...snapshot.files.values()] };
    });
    expect(attempts).toBe(2);
    expect(await workspace.query('t', 'SELECT a FROM {table}')).toEqual([{ a: 9 }]);
  });

  test.each([
    ['says that it lost', async () => false],
    [
      'fails',
      async () => {
        throw new Error('timed out');
      },
    ],
  ])('a commit that landed though the store %s is not made twice', async (_, answer) => {
    const workspace = await createWorkspace();
    const putIfAbsent = workspace.storage.putIfAbsent.bind(workspace.storage);
    workspace.storage.putIfAbsent = async (key, content) => {
      await putIfAbsent(key, content);
      return answer();
    };
    expect(await append(workspace, 't', 'SELECT 1 AS a')).toMatchObject({
      committed: true,
      snapshot: { version: 0 },
    });
    expect(await workspace.query('t', 'SELECT a FROM {table}')).toEqual([{ a: 1 }]);
  });

  test('files of a draft that is refused or not needed are discarded, those of a commit in doubt are kept', async () => {
    const workspace = await createWorkspace();
    await append(workspace, 't', 'SELECT 1 AS a');
    let discarded = 0;
    const discard = async () => void discarded++;
    const location = workspace.locate('t');
    await commit(duckdb.db, location, async () => undefined, discard);
    const refused = commit(duckdb.db, location, async () => ({ ...EMPTY, fields: [] }), discard);
    await expect(refused).rejects.toThrow('column a is missing');
    expect(discarded).toBe(2);
    workspace.storage.putIfAbsent = async () => {
      throw new Error('no network');
    };
    const doubtful = commit(duckdb.db, location, async () => ({ ...EMPTY, fields: [INTEGER_A] }), discard);
    await expect(doubtful).rejects.toThrow('no network');
    expect(discarded).toBe(2);
  });

  test('a file of a write that came to nothing can be deleted', async () => {
    const workspace = await createWorkspace();
    const { adds } = await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 1 AS a');
    expect(await workspace.storage.list('t')).toHaveLength(1);
    await deleteDataFiles(workspace.locate('t'), adds);
    expect(await workspace.storage.list('t')).toEqual([]);
  });
});

describe('checkpoints', () => {
  test('stand every 10 commits, and carry the table when the commits before them are gone', async () => {
    const workspace = await createWorkspace();
    const { storage } = workspace;
    const tags = { 'stockout.test': 'a "tag" with \\ and ü' };
    for (let i = 0; i <= 20; i++) await append(workspace, 't', `SELECT ${i} AS a`, { tags });
    await overwrite(workspace, 't', 'SELECT 100 AS a', [{ appId: 'app', version: 7 }]);
    const before = await workspace.snapshot('t');
    expect(JSON.parse(text(await storage.read('t/_delta_log/_last_checkpoint')))).toMatchObject({
      version: 20,
      numOfAddFiles: 21,
    });
    for (let i = 0; i <= 19; i++) await storage.delete(commitKey(workspace.locate('t'), i));
    expect(await workspace.snapshot('t')).toEqual(before);
    const old = await workspace.snapshot('t', 20);
    expect(old.files.size).toBe(21);
    expect(
      [...old.files.values()].every((file) => file.tags?.['stockout.test'] === tags['stockout.test']),
    ).toBe(true);
    await expect(workspace.snapshot('t', 5)).rejects.toThrow('its log goes from 10 to 21');
  });

  test.each([
    ['half of one', '{"version":1'],
    ['none', undefined],
    ['one to a checkpoint that is not there', '{"version":17,"size":3}'],
    ['one to a version that is none', '{"version":"newest"}'],
    ['one to an older checkpoint', '{"version":10}'],
  ])('are found by the log itself where the hint is %s', async (_, hint) => {
    const workspace = await createWorkspace();
    for (let i = 0; i < 22; i++) await append(workspace, 't', 'SELECT 1 AS a');
    if (hint === undefined) await workspace.storage.delete('t/_delta_log/_last_checkpoint');
    else await workspace.storage.put('t/_delta_log/_last_checkpoint', hint);
    expect(await workspace.snapshot('t')).toMatchObject({ version: 21, files: { size: 22 } });
    expect((await workspace.snapshot('t', 20)).files.size).toBe(21);
  });

  test('that are damaged are told by name; without them the commits say the same', async () => {
    const workspace = await createWorkspace();
    for (let i = 0; i <= 10; i++) await append(workspace, 't', `SELECT ${i} AS a`);
    const key = 't/_delta_log/00000000000000000010.checkpoint.parquet';
    await workspace.storage.put(key, 'not Parquet');
    await expect(workspace.snapshot('t')).rejects.toThrow(
      `${key} of ${workspace.storage.uri} is damaged: restore it, or delete it`,
    );
    await workspace.storage.delete(key);
    expect((await workspace.snapshot('t')).files.size).toBe(11);
  });

  test('of several parts are read, incomplete ones are not', async () => {
    const workspace = await createWorkspace();
    const { storage } = workspace;
    for (let i = 0; i <= 10; i++) await append(workspace, 't', `SELECT ${i} AS a`);
    const log = 't/_delta_log/00000000000000000010';
    await using whole = await storage.localFile(`${log}.checkpoint.parquet`);
    const half = (name: string, rows: string) =>
      workspace.parquet(name, `SELECT * FROM '${whole.path}' LIMIT ${rows}`);
    await storage.put(`${log}.checkpoint.0000000001.0000000002.parquet`, { file: await half('1', '6') });
    await storage.delete(`${log}.checkpoint.parquet`);
    expect((await workspace.snapshot('t')).files.size).toBe(11);
  });
});

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
