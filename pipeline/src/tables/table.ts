import { randomUUID } from 'node:crypto';
import { InputError, StockoutError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import { NotFoundError } from '@stockout/storage';
import type { Action, AddFile } from './actions.ts';
import { CHECKPOINT_INTERVAL, writeCheckpoint } from './checkpoint.ts';
import { cleanLog } from './clean-log.ts';
import { type TableLocation, readCommit, writeCommit } from './log.ts';
import { checkWritable, isAppendOnly } from './protocol.ts';
import { replay } from './replay.ts';
import { type Field, newColumns, schemaString, withColumns } from './schema.ts';
import { type Snapshot, exists, fieldsOfTable, loadSnapshot, refreshSnapshot } from './snapshot.ts';

/** What a writer would do to a table as it finds it. */
export interface Draft {
  operation: 'WRITE' | 'REPLACE';
  operationParameters: Record<string, string>;
  /** Of the added files: creates the table. An existing one may get new columns; all else needs `replacesSchema`. */
  fields: readonly Field[];
  adds: readonly AddFile[];
  removes?: readonly AddFile[];
  replacesSchema?: boolean;
  /** What is added depends on what was in the table, as when duplicates are left out. */
  readsTable?: boolean;
  /** An older version that stays readable, however old the log gets. */
  pinned?: number | undefined;
  /** Marks of what the commit holds; `version` defaults to the table version that it becomes. */
  transactions?: readonly { appId: string; version?: number }[];
}

export interface Committed {
  /** The snapshot after the commit; of a draft that was not needed, the one that it was not needed for. */
  snapshot: Snapshot;
  committed: boolean;
}

/** Each lost race is another writer's commit; this many in a row is not a race any more. */
const MAX_ATTEMPTS = 1000;
const ENGINE = 'stockout/0.1.0';

/**
 * Commits what `draft` says, once: it is asked again with the newest snapshot whenever another writer was first,
 * so a commit always follows from the version right before it, and there are no conflicts to resolve.
 * A draft of undefined says that nothing is left to do.
 * @param discard called when it is certain that the drafted files will not be part of the table
 * @throws InputError when the table's schema or protocol does not allow the draft
 */
export async function commit(
  db: DuckDB,
  location: TableLocation,
  draft: (snapshot: Snapshot) => Promise<Draft | undefined>,
  discard: () => Promise<void> = async () => {},
): Promise<Committed> {
  let snapshot = await loadSnapshot(db, location);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const drafted = await draftActions(location, snapshot, draft, discard);
    if (drafted === undefined) return { snapshot, committed: false };
    const { actions, pinned } = drafted;
    const version = snapshot.version + 1;
    if (await landCommit(location, version, actions)) {
      const after = { ...replay(snapshot, actions), version };
      if (version > 0 && version % CHECKPOINT_INTERVAL === 0) await checkpoint(db, location, after, pinned);
      return { snapshot: after, committed: true };
    }
    snapshot = await refreshSnapshot(location, snapshot);
  }
  await discard();
  throw new StockoutError(
    `table ${location.name}: other writers were first ${MAX_ATTEMPTS} times in a row, try again`,
  );
}

async function draftActions(
  location: TableLocation,
  snapshot: Snapshot,
  draft: (snapshot: Snapshot) => Promise<Draft | undefined>,
  discard: () => Promise<void>,
): Promise<{ actions: Action[]; pinned: number | undefined } | undefined> {
  try {
    const wanted = await draft(snapshot);
    if (wanted !== undefined)
      return { actions: actionsOf(location, snapshot, wanted), pinned: wanted.pinned };
  } catch (error) {
    await discard();
    throw error;
  }
  await discard();
  return undefined;
}

/**
 * A store may tell a write that it has done as failed, or (where a client tries again by itself) as lost to another:
 * what stands there decides.
 */
async function landCommit(
  location: TableLocation,
  version: number,
  actions: readonly Action[],
): Promise<boolean> {
  try {
    return (await writeCommit(location, version, actions)) || (await isOurs(location, version, actions));
  } catch (error) {
    if (await isOurs(location, version, actions)) return true;
    throw error;
  }
}

async function isOurs(
  location: TableLocation,
  version: number,
  actions: readonly Action[],
): Promise<boolean> {
  try {
    const [first] = await readCommit(location, version);
    return first?.commitInfo?.txnId !== undefined && first.commitInfo.txnId === actions[0]?.commitInfo?.txnId;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

function actionsOf(location: TableLocation, snapshot: Snapshot, draft: Draft): Action[] {
  const now = Date.now();
  const removes = draft.removes ?? [];
  return [
    {
      commitInfo: {
        timestamp: now,
        operation: draft.operation,
        operationParameters: draft.operationParameters,
        ...(snapshot.version < 0 ? {} : { readVersion: snapshot.version }),
        isBlindAppend: removes.length === 0 && !draft.readsTable,
        engineInfo: ENGINE,
        txnId: randomUUID(),
      },
    },
    ...tableActions(location, snapshot, draft, now),
    ...(draft.transactions ?? []).map(({ appId, version = snapshot.version + 1 }) => ({
      txn: { appId, version, lastUpdated: now },
    })),
    ...removes.map(({ path, partitionValues, size }) => ({
      remove: {
        path,
        deletionTimestamp: now,
        dataChange: true,
        extendedFileMetadata: true,
        partitionValues,
        size,
      },
    })),
    ...draft.adds.map((add) => ({ add })),
  ];
}

/** Protocol and metadata: of a new table, or where an overwrite changes the columns. */
function tableActions(location: TableLocation, snapshot: Snapshot, draft: Draft, now: number): Action[] {
  if (!exists(snapshot)) {
    const format = { provider: 'parquet', options: {} };
    const metaData = {
      id: randomUUID(),
      format,
      schemaString: schemaString(draft.fields),
      partitionColumns: [],
      configuration: {},
      createdTime: now,
    };
    return [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData }];
  }
  const { protocol, metadata } = snapshot;
  checkWritable(location.name, protocol, metadata);
  if ((draft.removes?.length ?? 0) > 0 && isAppendOnly(metadata)) {
    throw new InputError(
      `Delta table ${location.name} is append-only (delta.appendOnly): its rows cannot be replaced`,
    );
  }
  const changed = draft.replacesSchema
    ? schemaString(draft.fields)
    : withColumns(metadata.schemaString, newColumns(location.name, fieldsOfTable(snapshot), draft.fields));
  return changed === metadata.schemaString ? [] : [{ metaData: { ...metadata, schemaString: changed } }];
}

async function checkpoint(
  db: DuckDB,
  location: TableLocation,
  snapshot: Snapshot,
  pinned: number | undefined,
): Promise<void> {
  const now = Date.now();
  try {
    await writeCheckpoint(db, location, snapshot.version, snapshot, now);
    if (snapshot.metadata) await cleanLog(db, location, snapshot.metadata, { now, pinned });
  } catch (error) {
    // The commit stands. Without its checkpoint readers replay more commits, and the next one makes up for it.
    process.emitWarning(
      `no checkpoint, or no cleaning of the log, of table ${location.name} at version ${snapshot.version}: ${String(error)}`,
    );
  }
}
