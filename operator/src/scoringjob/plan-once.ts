import type { RunStatus, ScoringJob } from '@stockout/crds';
import { type Finding, REASON } from '../conditions.ts';
import type { RunState } from '../jobs/run-state.ts';
import { keyOfScoringRun, scoringRunKey, scoringRunName } from '../resources/run-names.ts';
import type { Settings } from '../settings.ts';
import { claimOf, startOf } from './begin-run.ts';
import { followRun } from './follow-run.ts';
import type { ObservedScoringJob } from './observed.ts';
import { idle, type ScoringPlan } from './scoring-plan.ts';

export const SUSPENDED: Finding = {
  reason: REASON.suspended,
  message: 'no run starts while spec.suspend is true',
};

/** Without a schedule: a run for each change of the spec or of the annotation, one at a time. */
export function planOnce(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job } = observed;
  const runs = job.status?.runs ?? [];
  const [newest] = runs;
  if (newest?.state === REASON.running) return followNewest(observed, newest, settings, now);
  return isDone(job, runs) ? idle(runs) : claimRun(observed, settings, now);
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

/** Puts a run on record with the version that it is pinned to; its Job follows once that is written. */
function claimRun(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const { job } = observed;
  const before = job.status?.runs ?? [];
  if (job.spec.suspend) return { ...idle(before), waiting: { finding: SUSPENDED, final: true } };
  const claim = claimOf(observed, scoringRunName(job), settings, now);
  if ('waiting' in claim) return { ...idle(before), waiting: claim.waiting };
  const others = before.filter(({ name }) => name !== claim.run.name);
  return idle([claim.run, ...others.slice(0, job.spec.historyLimit)]);
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
  const { run, actions, requeueAfterMs } = followRun(job, newest, state, now);
  return { ...idle([run, ...older]), actions, requeueAfterMs };
}

/** Its pod does not start, or its storage is waited for, and the spec was changed since: that may be the remedy. */
function isStuck(job: ScoringJob, { run, phase, trouble, isOfStorage }: RunState): boolean {
  const waits = phase === 'Failed' ? isOfStorage : phase === 'Running' && trouble !== undefined;
  return waits && run !== scoringRunName(job);
}

function supersede(run: RunStatus, older: RunStatus[]): ScoringPlan {
  return idle([
    { ...run, state: REASON.superseded, message: 'the spec changed before the run began' },
    ...older,
  ]);
}

function startRun(observed: ObservedScoringJob, run: RunStatus, settings: Settings): ScoringPlan {
  const plan = idle(observed.job.status?.runs ?? []);
  const start = startOf(observed, run, settings);
  return 'waiting' in start ? { ...plan, waiting: start.waiting } : { ...plan, actions: [start.action] };
}
