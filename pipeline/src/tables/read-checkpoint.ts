import { StockoutError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import { NotFoundError } from '@stockout/storage';
import type { Action } from './actions.ts';
import { type TableLocation, keyIn, parseActions } from './log.ts';

/** What is read of a checkpoint: the rest of it is not needed here. */
const ACTIONS = ['protocol', 'metaData', 'txn', 'add', 'remove', 'sidecar'];

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
        `commit before it. (${String((cause as Error).message).split('\\n')[0]})`,
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
  const described = await db.rows<{ column_name: string }>(`DESCRIBE FROM ${source}`);
  const there = new Set(described.map(({ column_name }) => column_name));
  // As JSON text: maps become objects, and members that we do not know do no harm.
  const list = ACTIONS.filter((name) => there.has(name))
    .map((name) => `CAST(to_json(${quoteIdentifier(name)}) AS VARCHAR) AS ${quoteIdentifier(name)}`)
    .join(', ');
  return (await db.rows<Record<string, string | null>>(`SELECT ${list} FROM ${source}`)).map(parseRow);
}

function parseRow(row: Record<string, string | null>): Action {
  const present = Object.entries(row).filter(([, text]) => text !== null && text !== 'null');
  return Object.fromEntries(present.map(([name, text]) => [name, JSON.parse(text as string)])) as Action;
}
