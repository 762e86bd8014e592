import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { Action, AddFile, DeletionVector } from './actions.ts';
import { commitKey } from './log.ts';
import { emptyState, replay } from './replay.ts';
import { loadSnapshot, transactionVersion } from './snapshot.ts';
import { commit } from './table.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

/** One writer's step: which files it adds, which of those at hand it removes, and under which transaction. */
const step = fc.record({
  adds: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
  removes: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 3 }),
  app: fc.option(fc.record({ appId: fc.constantFrom('x', 'y'), version: fc.nat(9) })),
});

test('a log says at every version what a plain set of files says, also through checkpoints', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { locate, storage } = await createWorkspace();
      const location = locate('t');
      const model: { files: Set<string>; apps: Map<string, number> }[] = [];
      for (const { adds, removes, app } of steps) {
        const { files, apps } = model.at(-1) ?? { files: new Set(), apps: new Map() };
        const gone = removes.map(path).filter((name) => files.has(name) && !adds.map(path).includes(name));
        const next = {
          files: new Set([...files].filter((name) => !gone.includes(name))),
          apps: new Map(apps),
        };
        for (const name of adds.map(path)) next.files.add(name);
        if (app) next.apps.set(app.appId, app.version);
        model.push(next);
        await commit(duckdb.db, location, async () => ({
          operation: 'WRITE',
          operationParameters: {},
          fields: [],
          adds: [...new Set(adds)].map(fileOf),
          removes: gone.map((name) => fileOf(Number(name.slice(1)))),
          transactions: app ? [app] : [],
        }));
      }
      for (const [version, { files, apps }] of model.entries()) {
        const snapshot = await loadSnapshot(duckdb.db, location, version);
        expect(new Set(snapshot.files.keys())).toEqual(files);
        for (const appId of ['x', 'y']) expect(transactionVersion(snapshot, appId)).toBe(apps.get(appId));
      }
      // Whoever keeps only what follows the checkpoint still sees the newest version.
      if (model.length > 10) {
        for (let version = 0; version < 10; version++) await storage.delete(commitKey(location, version));
        const { files } = await loadSnapshot(duckdb.db, location);
        expect(new Set(files.keys())).toEqual(model.at(-1)?.files);
      }
    }),
    { numRuns: 12 },
  );
});

/** One commit: of some files each is added anew, has other rows taken away, or goes; its actions come in any order. */
const commitOfVectors = fc.record({
  changes: fc.uniqueArray(
    fc.record({
      file: fc.nat(4),
      change: fc.constantFrom('whole', 'cut', 'gone'),
      vector: fc.nat(3),
      offset: fc.option(fc.nat(1), { nil: undefined }),
    }),
    { selector: ({ file }) => file, maxLength: 4 },
  ),
  order: fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
});

test('a file with other rows taken away takes the place of what it was, in whatever order a commit says it', () => {
  fc.assert(
    fc.property(fc.array(commitOfVectors, { maxLength: 12 }), fc.nat(11), (commits, checkpointed) => {
      const model = new Map<string, AddFile>();
      let state = emptyState();
      for (const [version, { changes, order }] of commits.entries()) {
        const actions: Action[] = [];
        for (const { file, change, vector, offset } of changes) {
          const before = model.get(path(file));
          const after = {
            ...fileOf(file),
            deletionVector: change === 'cut' ? vectorOf(vector, offset) : null,
          };
          if (change === 'gone') model.delete(path(file));
          else {
            model.set(path(file), after);
            actions.push({ add: after });
          }
          const isSame = change !== 'gone' && sameVector(before, after);
          if (before && !isSame) {
            const { deletionVector } = before;
            actions.push({
              remove: { path: path(file), dataChange: true, ...(deletionVector && { deletionVector }) },
            });
          }
        }
        state = replay(
          state,
          actions.toSorted((a, b) => rank(actions, order, a) - rank(actions, order, b)),
        );
        if (version === checkpointed) state = replay(emptyState(), checkpointOf(state));
        const found = [...state.files.values()].toSorted((a, b) => a.path.localeCompare(b.path));
        expect(found).toEqual([...model.values()].toSorted((a, b) => a.path.localeCompare(b.path)));
        for (const key of state.files.keys()) expect(state.tombstones.has(key)).toBe(false);
      }
    }),
  );
});

function vectorOf(vector: number, offset: number | undefined): DeletionVector {
  return {
    storageType: 'u',
    pathOrInlineDv: `v${vector}`,
    ...(offset === undefined ? {} : { offset }),
    sizeInBytes: 1,
    cardinality: 1,
  };
}

function sameVector(a: AddFile | undefined, b: AddFile): boolean {
  return a !== undefined && JSON.stringify(a.deletionVector) === JSON.stringify(b.deletionVector);
}

function rank(actions: readonly Action[], order: readonly number[], action: Action): number {
  return order[actions.indexOf(action)] ?? 0;
}

function checkpointOf({ files, tombstones }: ReturnType<typeof emptyState>): Action[] {
  const adds = Array.from(files.values(), (add) => ({ add }));
  return [...Array.from(tombstones.values(), (remove) => ({ remove })), ...adds];
}

test('replaying leaves the state before as it was', () => {
  const before = replay(emptyState(), [{ add: fileOf(1) }]);
  const after = replay(before, [{ remove: { path: 'f1', dataChange: true } }, { add: fileOf(2) }]);
  expect([...before.files.keys()]).toEqual(['f1']);
  expect([...after.files.keys()]).toEqual(['f2']);
  expect([...after.tombstones.keys()]).toEqual(['f1']);
});

function path(number: number): string {
  return `f${number}`;
}

function fileOf(number: number): AddFile {
  return {
    path: path(number),
    partitionValues: {},
    size: number,
    modificationTime: 1,
    dataChange: true,
    stats: '{}',
  };
}
