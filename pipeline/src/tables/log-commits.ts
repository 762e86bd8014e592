import { NotFoundError } from '@stockout/storage';
import type { Action } from './actions.ts';
import { type TableLocation, commitKey, readCommit } from './log.ts';

/** So many commits are asked for at once. */
const AT_ONCE = 32;

/**
 * The actions of the commits of these versions, both included: some commits at a time, in their order.
 * @throws NotFoundError
 */
export async function* readCommits(
  location: TableLocation,
  first: number,
  last: number,
): AsyncGenerator<Action[]> {
  for (let from = first; from <= last; from += AT_ONCE) {
    const versions = versionsFrom(from, Math.min(AT_ONCE, last - from + 1));
    const commits = await Promise.all(versions.map((version) => readCommit(location, version)));
    yield commits.flat();
  }
}

/** The same at once, for a few. */
export async function readRange(location: TableLocation, first: number, last: number): Promise<Action[][]> {
  const commits: Action[][] = [];
  for await (const actions of readCommits(location, first, last)) commits.push(actions);
  return commits;
}

/** More than follow a checkpoint where there is one every 10 commits. */
export const PROBED = 16;

/**
 * The commits after a checkpoint, found by asking for each: what that costs does not grow with the log, as a listing of
 * a folder does. It is as sure as a listing when the checkpoint's own commit is there, so that nobody has cleaned the log
 * beyond it, and the next ones are there one after another and then no more.
 * @returns undefined when that is not so: a listing has to tell
 */
export async function probeCommits(
  location: TableLocation,
  checkpoint: number,
): Promise<Action[][] | undefined> {
  const [own, ...found] = await Promise.all([
    // What it says is in the checkpoint.
    ifThere(location.storage.read(commitKey(location, checkpoint))),
    ...versionsFrom(checkpoint + 1, PROBED).map((version) => ifThere(readCommit(location, version))),
  ]);
  const end = found.indexOf(undefined);
  const [commits, after] = [found.slice(0, end), found.slice(end)];
  if (own === undefined || end < 0 || after.some((commit) => commit !== undefined)) return undefined;
  return commits.filter((commit) => commit !== undefined);
}

/** What is read; undefined where it is not there. */
export async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function versionsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
