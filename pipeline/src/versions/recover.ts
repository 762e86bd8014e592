import type { Manifest, RecoverResult } from '@stockout/contracts';
import { type PipelineContext, storageOf } from '../context.ts';
import { toRecoverResult } from './recover-result.ts';
import { versionNames } from './version-folder.ts';
import { readWholeVersion, UnusableVersionError } from './whole-version.ts';

export interface RecoverOptions {
  /** To be told of whatever they were trained on, before all others. */
  versions?: readonly string[] | undefined;
  /** How many of the newest others, of those that today's spec could have made; default none. */
  newest?: number | undefined;
}

/** What storage holds of a version. */
export type Found = { version: string } & (
  | { is: 'whole'; manifest: Manifest }
  | { is: 'absent' }
  /** Not to be put on record, and why. */
  | { is: 'unusable'; message: string }
);

/**
 * What the records of versions are made of again when the cluster has lost them: those that are asked for by name, then
 * the newest. Nothing is written.
 */
export async function recover(context: PipelineContext, options: RecoverOptions): Promise<RecoverResult> {
  return toRecoverResult(await findVersions(context, options), storageOf(context));
}

/** As `recover`; undefined where storage holds nothing that is worth telling: a training may begin. */
export async function recoverAny(
  context: PipelineContext,
  options: RecoverOptions,
): Promise<RecoverResult | undefined> {
  const found = await findVersions(context, options);
  return found.every(({ is }) => is === 'absent') ? undefined : toRecoverResult(found, storageOf(context));
}

/** Versions that were begun and never finished are none. */
async function findVersions(context: PipelineContext, options: RecoverOptions): Promise<Found[]> {
  const { versions: named = [], newest = 0 } = options;
  const found: Found[] = [];
  for (const version of new Set(named)) found.push(await lookAt(context, version));
  if (newest === 0) return found;
  const { namespace, name } = context.model.metadata;
  const others = (await versionNames(storageOf(context), namespace, name)).filter(
    (version) => !named.includes(version),
  );
  let whole = 0;
  for (const version of others) {
    if (whole === newest) break;
    context.signal?.throwIfAborted();
    const one = refuseOther(context, await lookAt(context, version));
    if (one.is === 'whole') whole++;
    if (one.is !== 'absent') found.push(one);
  }
  return found;
}

async function lookAt(context: PipelineContext, version: string): Promise<Found> {
  try {
    const manifest = await readWholeVersion(storageOf(context), context.model.metadata, version);
    return manifest === undefined ? { version, is: 'absent' } : { version, is: 'whole', manifest };
  } catch (error) {
    if (!(error instanceof UnusableVersionError)) throw error;
    return { version, is: 'unusable', message: error.message };
  }
}

/** A model of this name may once have been about something else: unasked, its versions are not to serve. */
function refuseOther({ model }: PipelineContext, found: Found): Found {
  if (found.is !== 'whole') return found;
  const { version, manifest } = found;
  const { rawTable, horizonDays } = model.spec.data;
  const theirs = subjectOf(manifest.data.table, manifest.horizonDays);
  if (theirs === subjectOf(rawTable, horizonDays)) return found;
  const message = `it is of ${theirs}, and spec.data says ${subjectOf(rawTable, horizonDays)}: pin it to have it all the same`;
  return { version, is: 'unusable', message };
}

function subjectOf(table: string, days: number): string {
  return `${table}, ${days} days ahead`;
}
