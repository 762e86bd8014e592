import type { RunStatus, ScoringJob } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { type Finding, REASON } from '../conditions.ts';
import type { RunState } from '../jobs/run-state.ts';
import { refuse } from '../policies/refusal.ts';
import { chooseVersion, findUsableModel } from '../policies/scoring-version.ts';
import { buildScoringRun } from '../resources/scoring-job.ts';
import { keyOfScoringRun, scoringRunKey, scoringRunName } from '../resources/run-names.ts';
import { timestamp } from '../set-conditions.ts';
import type { Settings } from '../settings.ts';
import type { ObservedScoringJob } from './observed.ts';
import { followRun } from './follow-run.ts';

const SUSPENDED: Finding = {
  reason: REASON.suspended,
  message: 'no run starts while spec.suspend is true',
};

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
  const plan = planRuns(observed, settings, now);
  return { ...plan, actions: [...endSuperseded(observed), ...plan.actions] };
}

function planRuns(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job } = observed;
  const runs = job.status?.runs ?? [];
  const [newest] = runs;
  if (newest?.state === REASON.running) return followNewest(observed, newest, settings, now);
  return isDone(job, runs) ? idle(runs) : claimRun(observed, settings, now);
}

/**
 * Ends the Jobs of runs that stand as superseded in the status, whenever they are seen. Not before it stands there: while
 * a run is said to go on, a Job that is gone is made again.
 */
function endSuperseded({ job, runs }: ObservedScoringJob): Action[] {
  const superseded = (job.status?.runs ?? []).filter(({ state }) => state === REASON.superseded);
  const names = new Set(superseded.map(({ name }) => name));
  return runs
    .filter(({ run, phase }) => phase === 'Running' && names.has(run))
    .map((state) => ({ verb: 'delete', object: state.job, why: 'the spec asks for another run by now' }));
}

/** The run that the spec asks for, if it began. */
export function wantedRun(job: ScoringJob, runs: readonly RunStatus[]): RunStatus | undefined {
  const [newest] = runs;
  if (newest !== undefined && newest.state !== REASON.superseded && isFor(job, newest)) return newest;
  // An annotation that was taken back: the spec is still the one of that run.
  return runs.find((run) => run.name === scoringRunName(job) && run.state !== REASON.superseded);
}

/** A run that failed is tried again at any change of the spec: more memory or time may be what it needs. */
function isDone(job: ScoringJob, runs: readonly RunStatus[]): boolean {
  const wanted = wantedRun(job, runs);
  return wanted !== undefined && (wanted.state !== REASON.runFailed || wanted.name === scoringRunName(job));
}

/** Whether it is the run that the spec asks for. */
function isFor(job: ScoringJob, run: RunStatus): boolean {
  return keyOfScoringRun(job, run.name) === scoringRunKey(job);
}

function idle(runs: RunStatus[]): ScoringPlan {
  return { refused: undefined, waiting: undefined, runs, actions: [], requeueAfterMs: undefined };
}

/** Puts a run on record with the version that it is pinned to; its Job follows once that is written. */
function claimRun(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job, model } = observed;
  const before = job.status?.runs ?? [];
  if (job.spec.suspend) return { ...idle(before), waiting: { finding: SUSPENDED, final: true } };
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
  const others = before.filter(({ name }) => name !== run.name);
  return idle([run, ...others.slice(0, job.spec.historyLimit)]);
}

function followNewest(
  observed: ObservedScoringJob,
  newest: RunStatus,
  settings: Settings,
  now: Date,
): ScoringPlan {
  const { job, runs } = observed;
  const older = job.status?.runs?.slice(1) ?? [];
  const state = runs.find((each) => each.run === newest.name);
  const isOutdated = state === undefined ? !isFor(job, newest) : isStuck(job, state);
  if (isOutdated) return supersede(newest, older);
  if (state === undefined) return startRun(observed, newest, settings);
  const { run, actions, requeueAfterMs } = followRun(newest, state, now);
  return { ...idle([run, ...older]), actions, requeueAfterMs };
}

/** Its pod does not start, and the spec was changed since: that may be the remedy. */
function isStuck(job: ScoringJob, { run, phase, trouble }: RunState): boolean {
  return phase === 'Running' && trouble !== undefined && run !== scoringRunName(job);
}

function supersede(run: RunStatus, older: RunStatus[]): ScoringPlan {
  return idle([
    { ...run, state: REASON.superseded, message: 'the spec changed before the run began' },
    ...older,
  ]);
}

/** Also after its Job was lost: under the same name and with the same version it commits at most once. */
function startRun(observed: ObservedScoringJob, run: RunStatus, settings: Settings): ScoringPlan {
  const { job, model } = observed;
  const runs = job.status?.runs ?? [];
  const { version = '' } = run;
  const usable = findUsableModel(job, model, settings.allowedNames);
  if ('refused' in usable) return { ...idle(runs), waiting: { finding: usable.refused, final: false } };
  const object = buildScoringRun({
    job,
    model: usable.model,
    run: run.name,
    version,
    image: settings.images.pipeline,
  });
  return { ...idle(runs), actions: [{ verb: 'create', object, why: `scores with ${version}` }] };
}
