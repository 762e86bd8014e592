import { describe, expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { LAST_CHECKPOINT, checkpointKey, checkpointPartKey, commitKey, keyIn } from './log.ts';
import { countListed, writeLog } from './long-log.test-support.ts';
import { refreshSnapshot } from './snapshot.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

async function workspaceWith(log: Parameters<typeof writeLog>[2]): Promise<Workspace> {
  const workspace = await createWorkspace();
  await writeLog(duckdb.db, workspace, log);
  return workspace;
}

function putHint({ storage, locate }: Workspace, hint: object): Promise<void> {
  return storage.put(keyIn(locate('t'), LAST_CHECKPOINT), JSON.stringify(hint));
}

describe('the newest version', () => {
  test.each([20, 21, 29, 35])('is %d commits long and found without a listing', async (last) => {
    const workspace = await workspaceWith({ last, checkpoints: [10, 20] });
    const listed = countListed(workspace);
    expect(await workspace.snapshot('t')).toMatchObject({ version: last, files: { size: last + 1 } });
    expect((await workspace.snapshot('t', 20)).files.size).toBe(21);
    expect((await workspace.snapshot('t', last)).files.size).toBe(last + 1);
    expect(listed).toEqual([]);
  });

  test('is found by a listing from the hint on where that is far behind', async () => {
    const workspace = await workspaceWith({ last: 63, checkpoints: [10, 20, 50, 60] });
    await putHint(workspace, { version: 20 });
    const listed = countListed(workspace);
    expect(await workspace.snapshot('t')).toMatchObject({ version: 63, files: { size: 64 } });
    // 44 commits, 3 checkpoints and the hint.
    expect(listed).toEqual([48]);
  });

  test.each([undefined, { version: 20 }])(
    'of a long log is found by its end, the hint being %j',
    async (hint) => {
      const workspace = await workspaceWith({ last: 1303, checkpoints: [20, 1000, 1300] });
      await workspace.storage.delete(keyIn(workspace.locate('t'), LAST_CHECKPOINT));
      if (hint) await putHint(workspace, hint);
      const listed = countListed(workspace);
      expect(await workspace.snapshot('t')).toMatchObject({ version: 1303, files: { size: 1304 } });
      // A page; then 101 commits, a checkpoint and the hint.
      expect(listed).toEqual([1000, hint ? 103 : 102]);
      await workspace.storage.delete(checkpointKey(workspace.locate('t'), 1300));
      expect((await workspace.snapshot('t')).files.size).toBe(1304);
      // A hole hides nothing of what comes after it.
      await workspace.storage.delete(commitKey(workspace.locate('t'), 1200));
      await expect(workspace.snapshot('t')).rejects.toThrow(
        'from 0 to 1303, and a commit before it is missing',
      );
    },
  );

  test('is not the one of a hint to what the cleaning of the log has left behind', async () => {
    const workspace = await workspaceWith({ last: 63, checkpoints: [10, 60] });
    await putHint(workspace, { version: 10 });
    for (let version = 0; version < 60; version++)
      await workspace.storage.delete(commitKey(workspace.locate('t'), version));
    expect(await workspace.snapshot('t')).toMatchObject({ version: 63, files: { size: 64 } });
  });

  test('needs nothing of the commit that has the checkpoint, be it damaged', async () => {
    const workspace = await workspaceWith({ last: 23, checkpoints: [20] });
    await workspace.storage.put(commitKey(workspace.locate('t'), 20), '{"add": {"pa');
    expect((await workspace.snapshot('t')).files.size).toBe(24);
    await workspace.storage.delete(commitKey(workspace.locate('t'), 20));
    expect((await workspace.snapshot('t')).files.size).toBe(24);
  });

  test('after a hole in the commits is refused, with or without the hint', async () => {
    const workspace = await workspaceWith({ last: 25, checkpoints: [20] });
    await workspace.storage.delete(commitKey(workspace.locate('t'), 22));
    const why =
      'version 25 of table t cannot be read: its log goes from 0 to 25, and a commit before it is missing';
    await expect(workspace.snapshot('t')).rejects.toThrow(why);
    await expect(workspace.snapshot('t', 25)).rejects.toThrow(why);
    expect((await workspace.snapshot('t', 21)).files.size).toBe(22);
    await workspace.storage.delete(keyIn(workspace.locate('t'), LAST_CHECKPOINT));
    await expect(workspace.snapshot('t')).rejects.toThrow(why);
  });

  test('is read from the parts of a checkpoint that the hint counts, else from what is there', async () => {
    const workspace = await workspaceWith({ last: 23, checkpoints: [10, 20] });
    const location = workspace.locate('t');
    await using whole = await workspace.storage.localFile(checkpointKey(location, 20));
    for (const part of [1, 2]) {
      const select = `SELECT * FROM '${whole.path}' LIMIT 12 OFFSET ${(part - 1) * 12}`;
      const file = await workspace.parquet(`part-${part}`, select);
      await workspace.storage.put(checkpointPartKey(location, 20, part, 2), { file });
    }
    await workspace.storage.delete(checkpointKey(location, 20));
    await putHint(workspace, { version: 20, parts: 2 });
    const listed = countListed(workspace);
    expect((await workspace.snapshot('t')).files.size).toBe(24);
    expect(listed).toEqual([]);
    await workspace.storage.delete(checkpointPartKey(location, 20, 2, 2));
    expect((await workspace.snapshot('t')).files.size).toBe(24);
    expect(listed).not.toEqual([]);
  });

  test.each([{ version: -1 }, { version: 1.5 }, { version: 20, parts: -3 }, [], null, 7, { version: 1e300 }])(
    'is found with the hint %j too',
    async (hint) => {
      const workspace = await workspaceWith({ last: 23, checkpoints: [20] });
      await putHint(workspace, hint as object);
      expect((await workspace.snapshot('t')).files.size).toBe(24);
    },
  );
});

test('versions may be as large as numbers go', async () => {
  const first = 2 ** 53 - 60;
  const workspace = await workspaceWith({ first, last: first + 25, checkpoints: [first, first + 20] });
  expect(await workspace.snapshot('t')).toMatchObject({ version: first + 25, files: { size: 26 } });
  expect((await workspace.snapshot('t', first + 5)).files.size).toBe(6);
  await workspace.storage.delete(keyIn(workspace.locate('t'), LAST_CHECKPOINT));
  expect((await workspace.snapshot('t')).version).toBe(first + 25);
  await expect(workspace.snapshot('t', 3)).rejects.toThrow(`its log goes from ${first} to ${first + 25}`);
});

describe('an old version', () => {
  test('is read from the checkpoint before it, without a listing of all that came later or earlier', async () => {
    const workspace = await workspaceWith({ last: 800, checkpoints: [10, 200, 300, 800] });
    const listed = countListed(workspace);
    expect(await workspace.snapshot('t', 305)).toMatchObject({ version: 305, files: { size: 306 } });
    expect(listed).toEqual([]);
    expect(await workspace.snapshot('t', 299)).toMatchObject({ version: 299, files: { size: 300 } });
    expect(listed).toEqual([500]);
    expect((await workspace.snapshot('t', 300)).files.size).toBe(301);
    expect((await workspace.snapshot('t', 7)).files.size).toBe(8);
  });

  test('that is gone is told, though a checkpoint before it is there', async () => {
    const workspace = await workspaceWith({ last: 60, checkpoints: [10, 20, 60] });
    for (let version = 0; version < 15; version++)
      await workspace.storage.delete(commitKey(workspace.locate('t'), version));
    await expect(workspace.snapshot('t', 12)).rejects.toThrow('its log goes from 10 to 60');
    expect((await workspace.snapshot('t', 10)).files.size).toBe(11);
    expect((await workspace.snapshot('t', 27)).files.size).toBe(28);
  });

  test('is read from a checkpoint that is further back than most', async () => {
    const workspace = await workspaceWith({ last: 600, checkpoints: [100, 600] });
    expect((await workspace.snapshot('t', 450)).files.size).toBe(451);
  });

  test('is read where there are many files for each version', async () => {
    const workspace = await workspaceWith({ last: 300, checkpoints: [140, 300] });
    const beside = Array.from({ length: 30 }, (_, version) =>
      ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r'].map((name) =>
        commitKey(workspace.locate('t'), 105 + version).replace('.json', `.${name}`),
      ),
    );
    for (const key of beside.flat()) await workspace.storage.put(key, '');
    expect((await workspace.snapshot('t', 200)).files.size).toBe(201);
  });
});

test('a snapshot that was overtaken a few times is brought up to date, and left as it is', async () => {
  const workspace = await workspaceWith({ last: 40 });
  const old = await workspace.snapshot('t', 3);
  expect(await refreshSnapshot(workspace.locate('t'), old)).toMatchObject({
    version: 40,
    files: { size: 41 },
  });
  expect(old).toMatchObject({ version: 3, files: { size: 4 } });
});
