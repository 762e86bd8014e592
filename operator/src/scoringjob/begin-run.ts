import type { RunStatus } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { type Finding, REASON } from '../conditions.ts';
import { chooseVersion, findUsableModel } from '../policies/scoring-version.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { timestamp } from '../set-conditions.ts';
import type { Settings } from '../settings.ts';
import type { ObservedScoringJob } from './observed.ts';

export interface Waiting {
  finding: Finding;
  /** Until the spec changes. */
  final: boolean;
}

/** A run as it goes on record, with the version that it is pinned to, or why it cannot begin. */
export function claimOf(
  { job, model }: ObservedScoringJob,
  name: string,
  settings: Settings,
  now: Date,
): { run: RunStatus } | { waiting: Waiting } {
  const chosen = chooseVersion(job, model, settings.allowedNames);
  if ('refused' in chosen) return { waiting: { finding: chosen.refused, final: chosen.final } };
  const { version } = chosen;
  const message = `the run starts with ${version}`;
  return { run: { name, version, startedAt: timestamp(now), state: REASON.running, message } };
}

/**
 * The Job of a run that stands on record. Also after it was lost: under the same name and with the same version it
 * commits at most once.
 */
export function startOf(
  { job, model }: ObservedScoringJob,
  { name, version = '' }: RunStatus,
  settings: Settings,
): { action: Action } | { waiting: Waiting } {
  const usable = findUsableModel(job, model, settings.allowedNames);
  if ('refused' in usable) return { waiting: { finding: usable.refused, final: false } };
  const replaces = (job.status?.runs ?? [])
    .filter(({ state }) => state === REASON.replaced)
    .map((replaced) => replaced.name);
  const image = settings.images.pipeline;
  const object = buildScoringRun({ job, model: usable.model, run: name, version, replaces, image });
  return { action: { verb: 'create', object, why: `scores with ${version}` } };
}
