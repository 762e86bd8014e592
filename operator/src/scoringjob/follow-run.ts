import type { ScoreResult } from '@stockout/contracts';
import type { RunStatus, ScoringJob } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { REASON } from '../conditions.ts';
import { outcomeOf, type RunOutcome } from '../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../jobs/run-state.ts';
import { storageRetry } from '../jobs/storage-retry.ts';
import { ANNOTATION } from '../resources/names.ts';
import { timestamp } from '../set-conditions.ts';

/** The API's limit on status.runs[].message. */
const MAX_MESSAGE = 4096;

export interface Followed {
  run: RunStatus;
  actions: Action[];
  requeueAfterMs: number | undefined;
}

/** What a run that goes on has come to. */
export function followRun(job: ScoringJob, run: RunStatus, state: RunState, now: Date): Followed {
  const outcome = outcomeOf(state, 'score', now);
  switch (outcome.is) {
    case 'running':
      return stay(run, runningText(run, outcome));
    case 'deleting':
      return stay(run, 'the run is run again');
    case 'settling':
      return { ...stay(run, 'the run ended'), requeueAfterMs: outcome.ms };
    case 'lost':
      return {
        ...stay(run, 'the result was lost, the run is run again'),
        actions: [rerunLost(state)],
      };
    case 'failed':
      if (outcome.isOfStorage && job.spec.schedule === undefined)
        return awaitStorage(run, outcome.message, state, now);
      return end(run, failed(job, outcome.message), state, now);
    case 'done':
      return end(run, succeeded(outcome.result), state, now);
  }
}

function runningText({ version }: RunStatus, { trouble, but }: Running): string {
  if (trouble !== undefined) return `the run's pod does not start: ${trouble}`;
  return `the run scores with ${version ?? 'the pinned version'}${but}`;
}

type Running = Extract<RunOutcome<'score'>, { is: 'running' }>;

/** Nothing was committed: the same run is run again, until its storage does its part. A schedule has its next time. */
function awaitStorage(run: RunStatus, why: string, state: RunState, now: Date): Followed {
  const { again, ms } = storageRetry(state, now);
  const waiting = stay(run, `${why.slice(0, MAX_MESSAGE - 200)} (${again})`);
  if (ms > 0) return { ...waiting, requeueAfterMs: ms };
  return {
    ...waiting,
    actions: [{ verb: 'delete', object: state.job, why: 'its storage may be back, it is run again' }],
  };
}

function failed({ spec }: ScoringJob, why: string): Partial<RunStatus> & Pick<RunStatus, 'state'> {
  const annotate = `set the annotation ${ANNOTATION.runRequestedAt} to a new value`;
  const again =
    spec.schedule === undefined
      ? `(change the spec, or ${annotate}, to try again)`
      : `(the schedule tries again; ${annotate} to try before)`;
  return { state: REASON.runFailed, message: `${why.slice(0, MAX_MESSAGE - 200)} ${again}` };
}

function succeeded({
  rows,
  atRisk,
  tableVersion,
  version,
}: ScoreResult): Partial<RunStatus> & Pick<RunStatus, 'state'> {
  const message = `${rows} rows scored with ${version}, ${atRisk} at risk: version ${tableVersion} of the table`;
  return { state: REASON.succeeded, version, rows, atRisk, tableVersion, message };
}

function stay(run: RunStatus, message: string): Followed {
  return { run: { ...run, message }, actions: [], requeueAfterMs: undefined };
}

function end(run: RunStatus, outcome: Partial<RunStatus>, { finishedAt }: RunState, now: Date): Followed {
  const ended = { ...run, ...outcome, finishedAt: finishedAt ?? timestamp(now) };
  return { run: ended, actions: [], requeueAfterMs: undefined };
}
