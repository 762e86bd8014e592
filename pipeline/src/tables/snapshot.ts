import { InputError, StockoutError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import { NotFoundError } from '@stockout/storage';
import type { Metadata, Protocol } from './actions.ts';
import { type TableLocation, listLog, listNewestLog, oldestReadable, readCommit } from './log.ts';
import { checkReadable } from './protocol.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { type TableState, emptyState, replay } from './replay.ts';
import { type Field, parseSchema } from './schema.ts';

/** A table as of one version; version -1 is a table that does not exist yet. */
export interface Snapshot extends TableState {
  version: number;
}

/** A snapshot of a table that exists. */
export interface ExistingSnapshot extends Snapshot {
  protocol: Protocol;
  metadata: Metadata;
}

/**
 * @param version default: the newest
 * @throws InputError when there is no such version, or the table uses what is not understood here
 */
export async function loadSnapshot(db: DuckDB, location: TableLocation, version?: number): Promise<Snapshot> {
  const log = await listNewestLog(location, version);
  const latest = Math.max(-1, ...log.commits.keys(), ...log.checkpoints.keys());
  const target = version ?? latest;
  if (target > latest || target < -1) throw await noSuchVersion(location, target);
  const base = Math.max(-1, ...[...log.checkpoints.keys()].filter((checkpoint) => checkpoint <= target));
  const keys = log.checkpoints.get(base);
  let state =
    keys === undefined ? emptyState() : replay(emptyState(), await readCheckpoint(db, location, keys));
  for (let next = base + 1; next <= target; next++) {
    if (!log.commits.has(next)) throw await noSuchVersion(location, target);
    state = replay(state, await readCommit(location, next));
  }
  return checked(location, { ...state, version: target });
}

/** The newest snapshot, from one that may have been overtaken. */
export async function refreshSnapshot(location: TableLocation, snapshot: Snapshot): Promise<Snapshot> {
  let newest = snapshot;
  try {
    for (;;) {
      const actions = await readCommit(location, newest.version + 1);
      newest = { ...replay(newest, actions), version: newest.version + 1 };
    }
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
  }
  return checked(location, newest);
}

export function exists(snapshot: Snapshot): snapshot is ExistingSnapshot {
  return snapshot.version >= 0;
}

export function fieldsOfTable({ metadata }: ExistingSnapshot): Field[] {
  return parseSchema(metadata.schemaString);
}

/** The version under which an application last wrote, by its own counting; undefined when it never did. */
export function transactionVersion(snapshot: Snapshot, appId: string): number | undefined {
  return snapshot.transactions.get(appId)?.version;
}

function checked(location: TableLocation, snapshot: Snapshot): Snapshot {
  if (!exists(snapshot)) return snapshot;
  const { protocol, metadata } = snapshot;
  if (protocol === undefined || metadata === undefined) {
    throw new StockoutError(
      `the log of table ${location.name} is damaged: it begins without protocol and metadata`,
    );
  }
  checkReadable(location.name, protocol, metadata);
  return snapshot;
}

async function noSuchVersion(location: TableLocation, version: number): Promise<Error> {
  const log = await listLog(location);
  const versions = [...log.commits.keys(), ...log.checkpoints.keys()];
  if (versions.length === 0) {
    return new InputError(`table ${location.name} does not exist in ${location.storage.uri}`);
  }
  const [oldest, latest] = [oldestReadable(log), Math.max(...versions)];
  const why = `version ${version} of table ${location.name} cannot be read: its log goes from ${oldest} to ${latest}`;
  if (version > latest) return new InputError(`${why}. Name one of these, or none for the newest`);
  if (version > oldest)
    return new InputError(`${why}, and a commit before it is missing: restore it from a backup`);
  return new InputError(
    `${why}. Older commits were removed when they were older than delta.logRetentionDuration (30 days, unless the ` +
      `table says otherwise). Name ${oldest} or a newer one, or none for the newest; to keep one for good, name it as ` +
      'spec.data.version in the manifest that ingest and vacuum run with',
  );
}
