import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { AddFile } from './actions.ts';
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
