import type { RunStatus, ScoringJob, ScoringJobStatus } from '@stockout/crds';
import { CONDITION, type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { isSilent, type ReconcileError, StalledError } from '../errors.ts';
import { setConditions, timestamp } from '../set-conditions.ts';
import type { ObservedScoringJob } from './observed.ts';
import { wantedRun } from './plan-once.ts';
import type { ScheduleTimes, ScoringPlan } from './scoring-plan.ts';

/** What is told of a scoring job. */
export function scoringStatusOf(
  { job }: ObservedScoringJob,
  plan: ScoringPlan,
  error: ReconcileError | undefined,
  now: Date,
): ScoringJobStatus {
  const { generation = 0 } = job.metadata;
  const before = job.status ?? {};
  const lastSuccessfulTime = lastSuccess(plan.runs) ?? before.lastSuccessfulTime;
  const { last, next } = plan.schedule ?? {};
  const lastScheduleTime = last === undefined ? before.lastScheduleTime : timestamp(last);
  return {
    observedGeneration: generation,
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
    ...(lastScheduleTime === undefined ? {} : { lastScheduleTime }),
    ...(next === undefined ? {} : { nextRunTime: timestamp(next) }),
    runs: plan.runs,
    conditions: setConditions(before.conditions ?? [], verdictsOf(job, plan, error), generation, now),
  };
}

/** Runs at the same time end in any order. */
function lastSuccess(runs: readonly RunStatus[]): string | undefined {
  return runs
    .filter(({ state }) => state === REASON.succeeded)
    .map(({ finishedAt = '' }) => finishedAt)
    .sort()
    .at(-1);
}

/** Somebody wants it so: nothing is stuck. */
const INTENDED: ReadonlySet<string> = new Set([REASON.paused, REASON.suspended]);

interface Situation {
  is: 'waiting' | 'running' | 'succeeded' | 'failed' | 'refused' | 'scheduled';
  finding: Finding;
}

function verdictsOf(
  job: ScoringJob,
  plan: ScoringPlan,
  error: ReconcileError | undefined,
): [type: string, verdict: Verdict | undefined][] {
  const { is, finding } = situationOf(job, plan, error);
  const { reason, message } = finding;
  const holds = (yes: boolean): Verdict => (yes ? isTrue(reason, message) : isFalse(reason, message));
  const committed = committedRun(job, plan);
  const isReady = is === 'succeeded' || is === 'scheduled' || isAsIntended(reason, committed);
  // What failed is tried again by the schedule.
  const isStuck = is === 'refused' || (is === 'failed' && job.spec.schedule === undefined);
  const isBusy = is === 'waiting' || is === 'running';
  return [
    [CONDITION.ready, holds(isReady)],
    [CONDITION.complete, committed ? isTrue(committed.reason, committed.message) : holds(false)],
    [CONDITION.failed, holds(is === 'failed')],
    [CONDITION.reconciling, isBusy ? isTrue(reason, message) : undefined],
    [CONDITION.stalled, isStuck && !INTENDED.has(reason) ? isTrue(reason, message) : undefined],
  ];
}

/** Conflicts pass by themselves, nobody needs to read of them. */
function situationOf(
  job: ScoringJob,
  { refused, waiting, runs, schedule }: ScoringPlan,
  error: ReconcileError | undefined,
): Situation {
  if (refused !== undefined) return { is: 'refused', finding: refused };
  if (error !== undefined && !isSilent(error)) {
    const { reason, message } = error;
    return { is: error instanceof StalledError ? 'refused' : 'waiting', finding: { reason, message } };
  }
  if (waiting !== undefined) return { is: waiting.final ? 'refused' : 'waiting', finding: waiting.finding };
  const told = toldRun(job, runs);
  if (told !== undefined) return { is: whatIs(told), finding: findingOf(told) };
  if (schedule !== undefined) return { is: 'scheduled', finding: scheduledFinding(schedule) };
  return { is: 'waiting', finding: { reason: REASON.running, message: 'a run is about to start' } };
}

/** The run that goes on, or else the one that the spec or its schedule asked for last. */
function toldRun(job: ScoringJob, runs: readonly RunStatus[]): RunStatus | undefined {
  if (job.spec.schedule === undefined) {
    const [newest] = runs;
    return newest?.state === REASON.running ? newest : wantedRun(job, runs);
  }
  return runs.find(({ state }) => state === REASON.running) ?? runs.find(isEnded);
}

function isEnded({ state }: RunStatus): boolean {
  return state === REASON.succeeded || state === REASON.runFailed;
}

function scheduledFinding({ next }: ScheduleTimes): Finding {
  const when = next === undefined ? 'no run is due any more' : `the first run is due at ${timestamp(next)}`;
  return { reason: REASON.scheduled, message: when };
}

/** Suspended is what the spec says: there is nothing to wait for. A pause is not in the spec, and undoes nothing. */
function isAsIntended(reason: string, committed: Finding | undefined): boolean {
  return reason === REASON.suspended || (reason === REASON.paused && committed !== undefined);
}

/** What the run said that the spec asks for, once it is committed. */
function committedRun(job: ScoringJob, { runs }: ScoringPlan): Finding | undefined {
  const wanted = toldRun(job, runs);
  return wanted?.state === REASON.succeeded ? findingOf(wanted) : undefined;
}

function findingOf({ name, state, message = '' }: RunStatus): Finding {
  return { reason: state, message: `${name}: ${message}` };
}

function whatIs({ state }: RunStatus): Situation['is'] {
  if (state === REASON.succeeded) return 'succeeded';
  return state === REASON.runFailed ? 'failed' : 'running';
}
