import type { RunStatus, ScoringJob } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { REASON } from '../conditions.ts';
import { type Schedule, waitFor } from '../policies/schedule.ts';
import { soonest } from '../soonest.ts';
import type { Settings } from '../settings.ts';
import { claimOf, startOf, type Waiting } from './begin-run.ts';
import { type DueRun, dueRun, requestedRun } from './due-run.ts';
import { followRun } from './follow-run.ts';
import type { ObservedScoringJob } from './observed.ts';
import { SUSPENDED } from './plan-once.ts';
import { idle, type ScheduleTimes, type ScoringPlan } from './scoring-plan.ts';

/** Runs at a time with concurrencyPolicy Allow; a schedule that outruns its runs would fill the cluster. */
const MOST_ACTIVE = 20;

/** With a schedule: a run for its last time, and for each new value of the annotation, by the CronJob's rules. */
export function planScheduled(
  observed: ObservedScoringJob,
  schedule: Schedule,
  settings: Settings,
  now: Date,
): ScoringPlan {
  const { job } = observed;
  const followed = followAll(observed, settings, now);
  const times = timesOf(job, schedule, now);
  const plan = {
    ...followed,
    ...times,
    requeueAfterMs: soonest(followed.requeueAfterMs, times.requeueAfterMs),
  };
  if (job.spec.suspend) return suspended(plan);
  const due = dueRun(job, schedule, plan.runs, now);
  return keepHistory(observed, due === undefined ? plan : beginDue(observed, plan, due, settings, now));
}

/** What goes on comes to its end. */
function suspended(plan: ScoringPlan): ScoringPlan {
  const goesOn = plan.runs.some(({ state }) => state === REASON.running);
  return goesOn ? plan : { ...plan, waiting: { finding: SUSPENDED, final: true } };
}

interface Times {
  schedule: ScheduleTimes;
  requeueAfterMs: number | undefined;
}

function timesOf({ spec, status }: ScoringJob, schedule: Schedule, now: Date): Times {
  const last = status?.lastScheduleTime === undefined ? undefined : new Date(status.lastScheduleTime);
  const next = spec.suspend ? undefined : schedule.next(now);
  return { schedule: { last, next }, requeueAfterMs: waitFor(next, now) };
}

/** Every run on record that goes on: its Job is made, or what became of it is told. */
function followAll(observed: ObservedScoringJob, settings: Settings, now: Date): ScoringPlan {
  const plan = idle([]);
  for (const run of observed.job.status?.runs ?? []) {
    const followed = run.state === REASON.running ? follow(observed, run, settings, now) : { run };
    plan.runs.push(followed.run);
    plan.actions.push(...(followed.actions ?? []));
    plan.waiting ??= followed.waiting;
    plan.requeueAfterMs = soonest(plan.requeueAfterMs, followed.requeueAfterMs);
  }
  return plan;
}

interface Followed {
  run: RunStatus;
  actions?: Action[];
  waiting?: Waiting;
  requeueAfterMs?: number | undefined;
}

function follow(observed: ObservedScoringJob, run: RunStatus, settings: Settings, now: Date): Followed {
  const state = observed.runs.find((each) => each.run === run.name);
  if (state !== undefined) return followRun(observed.job, run, state, now);
  if (isReplacedAtWork(observed))
    return { run: { ...run, message: 'the run waits for the end of the one that it replaces' } };
  const start = startOf(observed, run, settings);
  return 'waiting' in start ? { run, waiting: start.waiting } : { run, actions: [start.action] };
}

/** Pods outlive a Job that is deleted by the time that they need to end. */
function isReplacedAtWork(observed: ObservedScoringJob): boolean {
  const runs = observed.job.status?.runs ?? [];
  return runs.some(({ name, state }) => state === REASON.replaced && isAtWork(observed, name));
}

function isAtWork({ runs, atWork }: ObservedScoringJob, name: string): boolean {
  return atWork.has(name) || runs.some(({ run, phase }) => run === name && phase === 'Running');
}

/** Puts the run on record, if those that go on let it; its Job follows once that is written. */
function beginDue(
  observed: ObservedScoringJob,
  plan: ScoringPlan,
  due: DueRun,
  settings: Settings,
  now: Date,
): ScoringPlan {
  const { concurrencyPolicy: policy } = observed.job.spec;
  const active = plan.runs.filter(({ state }) => state === REASON.running).length;
  if (active > 0 && (policy === 'Forbid' || (policy === 'Allow' && active >= MOST_ACTIVE))) return plan;
  const claim = claimOf(observed, due.name, settings, now);
  if ('waiting' in claim) return { ...plan, waiting: plan.waiting ?? claim.waiting };
  const others = policy === 'Replace' ? plan.runs.map((run) => replaced(run, due)) : plan.runs;
  const schedule = plan.schedule && { ...plan.schedule, last: due.scheduledFor ?? plan.schedule.last };
  // Jobs of runs that are replaced in this very plan are neither made nor looked after any more.
  const actions = policy === 'Replace' ? [] : plan.actions;
  return { ...plan, runs: [claim.run, ...others], actions, schedule };
}

function replaced(run: RunStatus, { name }: DueRun): RunStatus {
  if (run.state !== REASON.running) return run;
  return { ...run, state: REASON.replaced, message: `${name} was due: spec.concurrencyPolicy is Replace` };
}

/**
 * Runs that go on stay on record; so do those that are still to be ended, and the one that the annotation asked for: it
 * would be run again.
 */
function keepHistory(observed: ObservedScoringJob, plan: ScoringPlan): ScoringPlan {
  const { job } = observed;
  const requested = requestedRun(job)?.name;
  let left = job.spec.historyLimit;
  const isKept = ({ name, state }: RunStatus): boolean =>
    state === REASON.running || left-- > 0 || name === requested || isAtWork(observed, name);
  return { ...plan, runs: plan.runs.filter(isKept) };
}
