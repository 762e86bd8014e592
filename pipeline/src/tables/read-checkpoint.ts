import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import { NotFoundError } from '@stockout/storage';
import type { Action } from './actions.ts';
import { type TableLocation, keyIn, parseActions } from './log.ts';

/** What is read of a checkpoint: the rest of it is not needed here. */
const ACTIONS = new Set(['protocol', 'metaData', 'txn', 'add', 'remove', 'sidecar']);
/** What statistics and partition values are called that are columns, of a file's members: they may be many times the rest. */
const PARSED = '_parsed';
/** The members of a file without them. */
const OF_FILES = [
  'path',
  'partitionValues',
  'size',
  'modificationTime',
  'dataChange',
  'deletionTimestamp',
  'extendedFileMetadata',
  'stats',
  'tags',
  'deletionVector',
];

/**
 * The actions of a checkpoint, written by whomever: classic, in parts, or of the second spec (V2), which may leave adds
 * and removes to sidecars. What we do not use of them is left out.
 * @param keys of its files, without sidecars
 * @throws StockoutError when it is damaged
 */
export async function readCheckpoint(
  db: DuckDB,
  location: TableLocation,
  keys: readonly string[],
): Promise<Action[]> {
  try {
    const actions = await readWithoutSidecars(db, location, keys);
    return [...actions, ...(await readWithoutSidecars(db, location, sidecarKeys(location, actions)))];
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    throw new StockoutError(
      `${keys.join(', ')} of ${location.storage.uri} is damaged: restore it, or delete it if the log still has every ` +
        `commit before it. (${String((cause as Error).message).split('\n')[0]})`,
      { cause },
    );
  }
}

/** A sidecar may be named by its whole path: they all lie in one folder. */
export function sidecarKeys(location: TableLocation, actions: readonly Action[]): string[] {
  const names = actions.flatMap(({ sidecar }) => (sidecar ? [sidecar.path.split('/').at(-1) ?? ''] : []));
  return names.map((name) => keyIn(location, `_delta_log/_sidecars/${decodeURIComponent(name)}`));
}

function isDamage(cause: unknown): boolean {
  if (cause instanceof NotFoundError) return true;
  if (cause instanceof StockoutError) return false;
  return cause instanceof SyntaxError || /^(Invalid|IO|Parquet|Serialization)/.test((cause as Error).message);
}

/** As `readCheckpoint`, with the names of sidecars in the place of what they hold. */
export async function readWithoutSidecars(
  db: DuckDB,
  location: TableLocation,
  keys: readonly string[],
): Promise<Action[]> {
  const actions: Action[] = [];
  for (const key of keys) {
    const read = key.endsWith('.json')
      ? parseActions(await location.storage.read(key))
      : await readParquet(db, location, key);
    for (const action of read) actions.push(action);
  }
  return actions;
}

async function readParquet(db: DuckDB, location: TableLocation, key: string): Promise<Action[]> {
  await using file = await location.storage.localFile(key);
  const source = `read_parquet(${quoteLiteral(file.path)})`;
  const described = await db.rows<{ column_name: string; column_type: string }>(`DESCRIBE FROM ${source}`);
  const cases: string[] = [];
  for (const { column_name: name, column_type } of described) {
    if (!ACTIONS.has(name)) continue;
    const column = quoteIdentifier(name);
    const value = column_type.includes(PARSED) ? await withoutParsed(db, source, name) : column;
    // Each row is one action. As JSON text: maps become objects, and members that we do not know do no harm.
    cases.push(`WHEN ${column} IS NOT NULL THEN '{"${name}":' || CAST(to_json(${value}) AS VARCHAR) || '}'`);
  }
  if (cases.length === 0) return [];
  const rows = await db.rows<{ action: string | null }>(
    `SELECT CASE ${cases.join(' ')} END AS action FROM ${source}`,
  );
  return rows.flatMap(({ action }) => (action === null ? [] : [JSON.parse(action) as Action]));
}

/** An add or remove with the members that are needed, statistics as the JSON that commits have. */
async function withoutParsed(db: DuckDB, source: string, action: string): Promise<string> {
  const one = `SELECT ${action} FROM ${source} WHERE ${action} IS NOT NULL LIMIT 1`;
  const [row] = await db.rows<{ keys: string[] }>(
    `SELECT json_keys(to_json(${action})) AS keys FROM (${one})`,
  );
  const there = new Set(row?.keys);
  const members = OF_FILES.filter((member) => there.has(member)).map(
    (member) => `${quoteIdentifier(member)} := ${action}.${quoteIdentifier(member)}`,
  );
  if (there.has('stats_parsed') && !there.has('stats'))
    members.push(`stats := CAST(to_json(${action}.stats_parsed) AS VARCHAR)`);
  return members.length === 0 ? 'NULL' : `struct_pack(${members.join(', ')})`;
}
