import type { RunStatus, ScoringJob, ScoringJobStatus } from '@stockout/crds';
import { CONDITION, type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { isSilent, type ReconcileError, StalledError } from '../errors.ts';
import { setConditions } from '../set-conditions.ts';
import type { ObservedScoringJob } from './observed.ts';
import { type ScoringPlan, wantedRun } from './plan.ts';

/** What is told of a scoring job. */
export function scoringStatusOf(
  { job }: ObservedScoringJob,
  plan: ScoringPlan,
  error: ReconcileError | undefined,
  now: Date,
): ScoringJobStatus {
  const { generation = 0 } = job.metadata;
  const before = job.status ?? {};
  const success = plan.runs.find((run) => run.state === REASON.succeeded);
  const lastSuccessfulTime = success?.finishedAt ?? before.lastSuccessfulTime;
  return {
    observedGeneration: generation,
    ...(lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime }),
    runs: plan.runs,
    conditions: setConditions(before.conditions ?? [], verdictsOf(job, plan, error), generation, now),
  };
}

/** Somebody wants it so: nothing is stuck. */
const INTENDED: ReadonlySet<string> = new Set([REASON.paused, REASON.suspended]);

interface Situation {
  is: 'waiting' | 'running' | 'succeeded' | 'failed' | 'refused';
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
  // A pause undoes nothing.
  const isReady = is === 'succeeded' || (reason === REASON.paused && committed !== undefined);
  const isStuck = is === 'refused' || is === 'failed';
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
  { refused, waiting, runs }: ScoringPlan,
  error: ReconcileError | undefined,
): Situation {
  if (refused !== undefined) return { is: 'refused', finding: refused };
  if (error !== undefined && !isSilent(error)) {
    const { reason, message } = error;
    return { is: error instanceof StalledError ? 'refused' : 'waiting', finding: { reason, message } };
  }
  if (waiting !== undefined) return { is: waiting.final ? 'refused' : 'waiting', finding: waiting.finding };
  const [newest] = runs;
  const told = newest?.state === REASON.running ? newest : wantedRun(job, runs);
  if (told !== undefined) return { is: whatIs(told), finding: findingOf(told) };
  return { is: 'waiting', finding: { reason: REASON.running, message: 'a run is about to start' } };
}

/** What the run said that the spec asks for, once it is committed. */
function committedRun(job: ScoringJob, { runs }: ScoringPlan): Finding | undefined {
  const wanted = wantedRun(job, runs);
  return wanted?.state === REASON.succeeded ? findingOf(wanted) : undefined;
}

function findingOf({ name, state, message = '' }: RunStatus): Finding {
  return { reason: state, message: `${name}: ${message}` };
}

function whatIs({ state }: RunStatus): Situation['is'] {
  if (state === REASON.succeeded) return 'succeeded';
  return state === REASON.runFailed ? 'failed' : 'running';
}
