import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { DuckDB } from '@stockout/features';
import type { Workspace } from '../workspace.test-support.ts';
import type { Action, AddFile } from './actions.ts';
import { writeDataFiles } from './data-files.ts';
import { keyIn, readCommit } from './log.ts';
import { type Draft, commit } from './table.ts';

export const INTEGER_A = { name: 'a', type: 'integer', nullable: true };
/** An append of nothing: what a draft adds stands after it. */
export const EMPTY = { operation: 'WRITE', operationParameters: { mode: 'Append' }, adds: [] } as const;

/** Appends and overwrites the rows of a SELECT. */
export function tableWriters(duckdb: { readonly db: DuckDB }) {
  return {
    append: async (
      { locate }: Workspace,
      name: string,
      select: string,
      { tags }: { tags?: Record<string, string> } = {},
    ) => {
      const written = await writeDataFiles(duckdb.db, locate(name), select, tags);
      return commit(duckdb.db, locate(name), async () => ({ ...EMPTY, ...written }));
    },
    overwrite: async (
      { locate }: Workspace,
      name: string,
      select: string,
      transactions: Draft['transactions'] = [],
    ) => {
      const written = await writeDataFiles(duckdb.db, locate(name), select);
      return commit(duckdb.db, locate(name), async (snapshot) => ({
        ...EMPTY,
        ...written,
        removes: [...snapshot.files.values()],
        replacesSchema: true,
        transactions,
      }));
    },
  };
}

/** Makes all that lies below a folder of the storage so many days older. */
export async function age({ folder, storage }: Workspace, below: string, days: number): Promise<void> {
  for (const { key, modifiedAt } of await storage.list(below)) {
    const then = new Date(modifiedAt.getTime() - days * 86_400_000);
    await utimes(join(folder, 'storage', key), then, then);
  }
}

/** The table t as another writer's first commit makes it. */
export async function foreignTable({ storage, locate }: Workspace, actions: Action[]): Promise<void> {
  const lines = actions.map((action) => JSON.stringify(action)).join('\n');
  await storage.put(keyIn(locate('t'), '_delta_log/00000000000000000000.json'), lines);
  expect(await readCommit(locate('t'), 0)).toHaveLength(actions.length);
}

export function metadata(more: object): NonNullable<Action['metaData']> {
  return {
    id: 'an-id',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields: [INTEGER_A] }),
    partitionColumns: [],
    configuration: {},
    ...more,
  };
}

/** Adds a file that lies in the table t. */
export async function addOf(
  { storage }: Workspace,
  path: string,
  partitionValues: Record<string, string | null> = {},
  more: Partial<AddFile> = {},
): Promise<{ add: AddFile }> {
  const { length: size } = await storage.read(`t/${decodeURIComponent(path)}`);
  return { add: { path, partitionValues, size, modificationTime: 1, dataChange: true, ...more } };
}
