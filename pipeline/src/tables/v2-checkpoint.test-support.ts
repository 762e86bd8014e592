import { randomUUID } from 'node:crypto';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import type { Workspace } from '../workspace.test-support.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { checkpointKey, commitKey, keyIn } from './log.ts';

export interface V2Checkpoint {
  key: string;
  sidecars: string[];
}

/**
 * A checkpoint of the second spec in the place of all commits before the table t's newest version, with files and
 * tombstones in two sidecars, or in the checkpoint itself.
 * @param name of the file, after the version
 */
export async function v2Checkpoint(
  db: DuckDB,
  workspace: Workspace,
  name: 'json' | 'parquet' | 'classic',
  { sidecars = true } = {},
): Promise<V2Checkpoint> {
  const { storage, locate } = workspace;
  const location = locate('t');
  const { version, ...state } = await workspace.snapshot('t');
  await storage.delete(checkpointKey(location, version));
  await writeCheckpoint(db, location, version, state, Date.now());
  await using classic = await storage.localFile(checkpointKey(location, version));
  const all = `read_parquet(${quoteLiteral(classic.path)})`;
  const files = `SELECT add, remove FROM ${all} WHERE add IS NOT NULL OR remove IS NOT NULL`;
  const put = async (key: string, select: string, format: string) => {
    const path = await workspace.file(`${randomUUID()}.${format}`, '');
    await db.run(`COPY (${select}) TO ${quoteLiteral(path)} (FORMAT ${format})`);
    await storage.put(key, { file: path });
    return key;
  };
  const paths = sidecars ? [`${randomUUID()}.parquet`, `${randomUUID()}.parquet`] : [];
  const written: string[] = [];
  for (const [i, path] of paths.entries()) {
    const half = `SELECT add, remove FROM (SELECT *, row_number() OVER () % 2 = ${i} AS mine FROM (${files})) WHERE mine`;
    written.push(await put(keyIn(location, `_delta_log/_sidecars/${path}`), half, 'parquet'));
  }
  const rows = [
    `SELECT * FROM ${all}${sidecars ? ' WHERE add IS NULL AND remove IS NULL' : ''}`,
    `SELECT {version: ${version}, tags: MAP {}} AS "checkpointMetadata"`,
    ...paths.map(
      (path) => `SELECT {path: ${quoteLiteral(path)}, sizeInBytes: 1, "modificationTime": 1} AS sidecar`,
    ),
  ].join(' UNION ALL BY NAME ');
  const suffix = name === 'classic' ? 'parquet' : `${randomUUID()}.${name}`;
  const key = checkpointKey(location, version).replace(/parquet$/, suffix);
  await put(key, rows, name === 'json' ? 'json' : 'parquet');
  if (name !== 'classic') await storage.delete(checkpointKey(location, version));
  for (let old = 0; old < version; old++) await storage.delete(commitKey(location, old));
  return { key, sidecars: written };
}
