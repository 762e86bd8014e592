import { InputError, StockoutError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import { NotFoundError } from '@stockout/storage';
import type { Action, Metadata, Protocol } from './actions.ts';
import { CHECKPOINT_INTERVAL } from './checkpoint.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import {
  type TableLocation,
  checkpointKey,
  latestOf,
  listVersions,
  newestOf,
  oldestReadable,
  readCommit,
} from './log.ts';
import { listLogFor } from './list-log.ts';
import { PROBED, ifThere, probeCommits, readCommits, readRange } from './log-commits.ts';
import { type CheckpointHint, readHint } from './log-hint.ts';
import { checkReadable } from './protocol.ts';
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
 * Without a listing where the hint of the last checkpoint leads to the version: then it takes as long as the table is
 * large, however long its log is.
 * @param version default: the newest
 * @throws InputError when there is no such version, or the table uses what is not understood here
 */
export async function loadSnapshot(db: DuckDB, location: TableLocation, version?: number): Promise<Snapshot> {
  const hint = await readHint(location);
  const hinted = hint && (await loadFromHint(db, location, hint, version));
  return checked(location, hinted ?? (await loadFromListing(db, location, hint?.version, version)));
}

/** @returns undefined when the hint is not enough */
async function loadFromHint(
  db: DuckDB,
  location: TableLocation,
  hint: CheckpointHint,
  version: number | undefined,
): Promise<Snapshot | undefined> {
  const from = version === undefined || version >= hint.version ? hint : checkpointBefore(location, version);
  if (from.version === 0 || (version !== undefined && version > from.version + PROBED)) return undefined;
  const [checkpoint, commits] = await Promise.all([
    readIfThere(db, location, from),
    version === undefined
      ? probeCommits(location, from.version)
      : ifThere(readRange(location, from.version + 1, version)),
  ]);
  if (checkpoint === undefined || commits === undefined) return undefined;
  const state = replay(emptyState(), [...checkpoint, ...commits.flat()]);
  return { ...state, version: version ?? from.version + commits.length };
}

/** Where our writers, and others by default, have made one: tried, as a hint is. */
function checkpointBefore(location: TableLocation, version: number): CheckpointHint {
  const before = version - (version % CHECKPOINT_INTERVAL);
  return { version: before, keys: [checkpointKey(location, before)] };
}

/** @returns undefined when it, or a part of it, is not where the hint says: a listing then tells what there is */
async function readIfThere(
  db: DuckDB,
  location: TableLocation,
  { keys }: CheckpointHint,
): Promise<Action[] | undefined> {
  try {
    return await readCheckpoint(db, location, keys);
  } catch (error) {
    if ((error as Error).cause instanceof NotFoundError) return undefined;
    throw error;
  }
}

async function loadFromListing(
  db: DuckDB,
  location: TableLocation,
  hint: number | undefined,
  version: number | undefined,
): Promise<Snapshot> {
  const log = await listLogFor(location, hint, version);
  const latest = latestOf(log);
  const target = version ?? latest;
  if (target > latest || target < -1) throw await noSuchVersion(location, target);
  const base = newestOf(log.checkpoints.keys(), target);
  for (let next = base + 1; next <= target; next++) {
    if (!log.commits.has(next)) throw await noSuchVersion(location, target);
  }
  const keys = log.checkpoints.get(base);
  let state =
    keys === undefined ? emptyState() : replay(emptyState(), await readCheckpoint(db, location, keys));
  for await (const actions of readCommits(location, base + 1, target)) state = replay(state, actions);
  return { ...state, version: target };
}

/** The newest snapshot, from one that may have been overtaken. */
export async function refreshSnapshot(location: TableLocation, snapshot: Snapshot): Promise<Snapshot> {
  const newer: Action[][] = [];
  for (;;) {
    const actions = await ifThere(readCommit(location, snapshot.version + newer.length + 1));
    if (actions === undefined) break;
    newer.push(actions);
  }
  if (newer.length === 0) return snapshot;
  return checked(location, {
    ...replay(snapshot, newer.flat()),
    version: snapshot.version + newer.length,
  });
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
  const log = await listVersions(location);
  const [oldest, latest] = [oldestReadable(log), latestOf(log)];
  if (latest < 0) return new InputError(`table ${location.name} does not exist in ${location.storage.uri}`);
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
