import type { RunStatus } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { type Finding, REASON } from '../conditions.ts';
import { refuse } from '../policies/refusal.ts';
import { chooseVersion } from '../policies/scoring-version.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { keyOfScoringRun, scoringRunKey, scoringRunName } from '../resources/run-names.ts';
import { timestamp } from '../set-conditions.ts';
import type { Settings } from '../settings.ts';
import type { ObservedScoringJob } from './observed.ts';
import { followRun } from './follow-run.ts';

export interface ScoringPlan {
  /** Nothing is done. */
  refused: Finding | undefined;
  /** Why no run begins though one is due; `final`: until the spec changes. */
  waiting: { finding: Finding; final: boolean } | undefined;
  /** What status.runs is to say, newest first. A run stands there before its Job is made: that claims it. */
  runs: RunStatus[];
  actions: Action[];
  requeueAfterMs: number | undefined;
}

/** What to do for a scoring job, from what was seen and the time alone. One run at a time. */
export function planScoringJob(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job } = observed;
  const runs = job.status?.runs ?? [];
  const refused = refuse(job, settings.allowedNames);
  if (refused !== undefined) return { ...idle(runs), refused };
  const [newest] = runs;
  if (newest?.state === REASON.running) return followNewest(observed, newest, settings, now);
  const isDone = newest !== undefined && newest.state !== REASON.superseded && isCurrent(observed, newest);
  return isDone ? idle(runs) : claimRun(observed, settings, now);
}

function idle(runs: RunStatus[]): ScoringPlan {
  return { refused: undefined, waiting: undefined, runs, actions: [], requeueAfterMs: undefined };
}

function isCurrent({ job }: ObservedScoringJob, run: RunStatus): boolean {
  return keyOfScoringRun(job, run.name) === scoringRunKey(job);
}

/** Puts a run on record with the version that it is pinned to; its Job follows once that is written. */
function claimRun(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job, model } = observed;
  const before = job.status?.runs ?? [];
  const chosen = chooseVersion(job, model, settings.allowedNames);
  if ('refused' in chosen) {
    return { ...idle(before), waiting: { finding: chosen.refused, final: chosen.final } };
  }
  const run: RunStatus = {
    name: scoringRunName(job),
    version: chosen.version,
    startedAt: timestamp(now),
    state: REASON.running,
    message: `the run starts with ${chosen.version}`,
  };
  return idle([run, ...before.slice(0, job.spec.historyLimit)]);
}

function followNewest(
  observed: ObservedScoringJob,
  newest: RunStatus,
  settings: Settings,
  now: Date,
): ScoringPlan {
  const older = observed.job.status?.runs?.slice(1) ?? [];
  const state = observed.runs.find((each) => each.run === newest.name);
  if (state !== undefined) {
    const { run, actions, requeueAfterMs } = followRun(newest, state, now);
    return { ...idle([run, ...older]), actions, requeueAfterMs };
  }
  if (!isCurrent(observed, newest)) {
    const superseded = {
      ...newest,
      state: REASON.superseded,
      message: 'the spec changed before the run was done',
    };
    return idle([superseded, ...older]);
  }
  return startRun(observed, newest, settings);
}

/** Also after its Job was lost: under the same name and with the same version it commits at most once. */
function startRun(observed: ObservedScoringJob, run: RunStatus, settings: Settings): ScoringPlan {
  const { job, model } = observed;
  const runs = job.status?.runs ?? [];
  const chosen = chooseVersion(job, model, settings.allowedNames);
  const version = run.version;
  if (
    model === undefined ||
    version === undefined ||
    ('refused' in chosen && isModelAtFault(chosen.refused))
  ) {
    const finding = 'refused' in chosen ? chosen.refused : { reason: REASON.modelNotFound, message: '' };
    return { ...idle(runs), waiting: { finding, final: false } };
  }
  const object = buildScoringRun({ job, model, run: run.name, version, image: settings.images.pipeline });
  return { ...idle(runs), actions: [{ verb: 'create', object, why: `scores with ${version}` }] };
}

/** The version is settled already; what matters is that there is a model whose storage may be mounted. */
function isModelAtFault({ reason }: Finding): boolean {
  return reason === REASON.modelNotFound || reason === REASON.modelNotReady;
}
