import type { TrainResult } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { Action } from '../../actions.ts';
import { isFalse, isTrue, REASON, type Verdict } from '../../conditions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../../jobs/run-state.ts';
import { ANNOTATION } from '../../resources/names.ts';
import { buildRunFailure, type RunFailure } from '../../resources/run-failure.ts';
import { trainingAttempt } from '../../resources/run-names.ts';
import { buildMarkedRecord, type VersionRecord } from '../../resources/version-record.ts';
import { buildTrainingJob } from '../../resources/training-job.ts';
import { dropOutdated } from '../outdated-failures.ts';
import { awaitStorage } from './await-storage.ts';
import { type DueTraining, dueTraining } from './due-training.ts';
import { knownOfStorage, soughtFirst } from '../records/recovery-state.ts';
import { recordOf, retireRun, runAhead } from './outdated-run.ts';
import { soonest } from '../../soonest.ts';
import { waitFor } from '../schedule.ts';
import type { StepPlan } from '../step-plan.ts';
import { championOf, type ObservedModel } from '../../stockoutmodel/observed.ts';

interface Context {
  observed: ObservedModel;
  due: DueTraining;
  /** The one that is due. */
  run: string;
  /** How the Job is to run under today's spec. */
  attempt: string;
  now: Date;
  image: string;
  /** A candidate is on its way to serve. */
  rollingOut: boolean;
}

export interface TrainingPlan extends StepPlan {
  /** When the schedule asks for a training next. */
  next: Date | undefined;
}

/** What to do so that the version which the spec asks for exists. */
export function planTraining(
  observed: ObservedModel,
  input: { now: Date; image: string; rollingOut: boolean; driftAt?: string | undefined },
): TrainingPlan {
  const due = dueTraining(observed, input.now, input.driftAt);
  const ahead = runAhead(observed, input.now);
  if (ahead !== undefined)
    return { ...follow(ahead.run, ', of a spec that is not seen yet'), next: due.next };
  const context = { observed, due, run: due.run, attempt: trainingAttempt(observed.model), ...input };
  const outdated = observed.runs.filter((state) => state.run !== context.run);
  const plan = alreadyTrained(context) ?? alreadyFailed(context) ?? planRun(context);
  return {
    ...plan,
    next: due.next,
    requeueAfterMs: soonest(plan.requeueAfterMs, waitFor(due.next, input.now)),
    actions: [...outdated.flatMap((state) => retireRun(observed, state, input.now)), ...plan.actions],
  };
}

function alreadyTrained(context: Context): StepPlan | undefined {
  const { observed, run } = context;
  const record = observed.versions.find((version) => version.run === run);
  if (record === undefined) return undefined;
  const { version, trainedAt, dataVersion } = record;
  const { rawTable } = observed.model.spec.data;
  const checked = record.checkedFor === undefined ? '' : `, which was the newest at ${record.checkedFor}`;
  const message = `${version} was trained at ${trainedAt} on version ${dataVersion} of ${rawTable}${checked}`;
  return {
    verdict: isTrue(REASON.trained, message),
    busy: false,
    failed: undefined,
    actions: dropFailures(context),
  };
}

function alreadyFailed(context: Context): StepPlan | undefined {
  const failure = context.observed.failures.find((each) => isOfThis(context, each));
  return failure && failed(failure.message, dropFailures(context));
}

function failed(why: string, actions: Action[]): StepPlan {
  const again = `change spec.training, spec.source, spec.data or spec.storage, or set the annotation ${ANNOTATION.retrainRequestedAt} to a new value, to try again`;
  const finding = { reason: REASON.trainingFailed, message: `${why} (${again})` };
  return { verdict: { status: 'False', ...finding }, busy: false, failed: finding, actions };
}

function planRun(context: Context): StepPlan {
  const { observed, run, now } = context;
  const state = observed.runs.find((each) => each.run === run);
  if (state === undefined) return start(context);
  const outcome = outcomeOf(state, 'train', now);
  switch (outcome.is) {
    case 'running':
      return isStuck(context, state)
        ? runOtherwise(context, state)
        : { ...follow(run, outcome.but), isHeldUp: outcome.but !== '' };
    case 'deleting':
      return busy(isFalse(REASON.training, `the training ${run} is run again`));
    case 'settling':
      return { ...busy(isFalse(REASON.training, `the training ${run} ended`)), requeueAfterMs: outcome.ms };
    case 'lost':
      return runAgain(state);
    case 'failed':
      if (foundVersions(state)) return trainAfterAll(observed, state);
      if (!isOfThis(context, state)) return runOtherwise(context, state);
      return outcome.isOfStorage
        ? awaitStorage(state, outcome.message, now)
        : recordFailure(context, outcome.message);
    case 'done':
      return recordVersion(context, state, outcome.result);
  }
}

function follow(run: string, but: string): StepPlan {
  return busy(isFalse(REASON.training, `the training ${run} runs${but}`));
}

/** Its pod does not start, and the spec says by now how it may. */
function isStuck(context: Context, state: RunState): boolean {
  return state.trouble !== undefined && !isOfThis(context, state);
}

function start(context: Context): StepPlan {
  const { observed, due, run, image, rollingOut } = context;
  if (observed.model.spec.training?.suspend) return suspended(context);
  const relative = observed.model.spec.gates.some((gate) => gate.maxDropFromServing !== undefined);
  if (relative && rollingOut) {
    const message = 'the training starts once it is known which version serves: a gate compares with it';
    return busy(isFalse(REASON.waitingForRollout, message));
  }
  const against = championOf(observed);
  const recover = soughtFirst(observed);
  const scheduled =
    due.scheduledFor === undefined || due.made === undefined
      ? undefined
      : { for: due.scheduledFor, unlessDataOf: due.made.version };
  const job = buildTrainingJob({ model: observed.model, run, against, recover, scheduled, image });
  const words = against === undefined ? 'nothing serves yet' : `against ${against}`;
  const verb = observed.model.spec.source === undefined ? 'trains' : 'imports';
  const failures = dropFailures(context);
  const verdict = isFalse(REASON.training, `the training ${run} starts`);
  return busy(verdict, [...failures, { verb: 'create', object: job, why: `${verb} a version, ${words}` }]);
}

function suspended(context: Context): StepPlan {
  const verdict = isFalse(REASON.suspended, 'no training starts while spec.training.suspend is true');
  return { verdict, busy: false, failed: undefined, actions: dropFailures(context) };
}

function recordVersion({ observed, due }: Context, state: RunState, result: TrainResult): StepPlan {
  const known = observed.versions.find(({ version }) => version === result.version);
  if (known !== undefined && due.scheduledFor !== undefined) {
    return recordCheck(observed.model, known, due.scheduledFor);
  }
  const verdict = isFalse(
    REASON.training,
    `the training ${state.run} is done, ${result.version} goes on record`,
  );
  return busy(verdict, [recordOf(observed, state, result)]);
}

/** It was the first, and storage was not as empty as the cluster. */
function foundVersions({ result }: RunState): boolean {
  return typeof result === 'object' && result.kind === 'recover';
}

function trainAfterAll(observed: ObservedModel, state: RunState): StepPlan {
  const { finishedAt = '' } = knownOfStorage(observed) ?? {};
  if (finishedAt < (state.finishedAt ?? '')) {
    return busy(isFalse(REASON.training, `the training ${state.run} found versions in storage`));
  }
  const why = 'it found versions in storage, and is run again to train';
  return busy(isFalse(REASON.training, `the training ${state.run} is run again: ${why}`), [
    { verb: 'delete', object: state.job, why },
  ]);
}

/** There was no newer data: the version that there is stays the last word, until the schedule's next time. */
function recordCheck(model: StockoutModel, known: VersionRecord, time: string): StepPlan {
  const why = `${model.spec.data.rawTable} has no newer version than ${known.version} was trained on`;
  const object = buildMarkedRecord(model, { ...known, checkedFor: time });
  return busy(isFalse(REASON.training, `${why}: this goes on record`), [
    { verb: 'apply', object, onto: known.resourceVersion, why },
  ]);
}

function runAgain(state: RunState): StepPlan {
  return busy(isFalse(REASON.training, `the training ${state.run} is run again, its result was lost`), [
    rerunLost(state),
  ]);
}

function runOtherwise(context: Context, state: RunState): StepPlan {
  const { run } = context;
  return busy(isFalse(REASON.training, `the training ${run} is run again, as the spec says by now`), [
    ...dropFailures(context),
    { verb: 'delete', object: state.job, why: 'it is run again, as the spec says by now' },
  ]);
}

function recordFailure(context: Context, message: string): StepPlan {
  const { observed, run, attempt } = context;
  const object = buildRunFailure(observed.model, 'training', { run, attempt, message });
  return failed(message, [
    ...dropFailures(context),
    { verb: 'create', object, why: 'the training failed for good' },
  ]);
}

/** Whether a failure, or a Job, is of the run that the spec asks for and of the way in which it is to run. */
function isOfThis({ run, attempt }: Context, of: RunFailure | RunState): boolean {
  const theirs = 'job' in of ? of.job.metadata.annotations?.[ANNOTATION.attempt] : of.attempt;
  return of.run === run && theirs === attempt;
}

/**
 * A failure counts for its own run only, and only as long as that is to run in the same way. One that was passed over is
 * kept: its run may be due once more, and is not tried again unasked.
 */
function dropFailures(context: Context): Action[] {
  const { observed, due, attempt } = context;
  const isKept = (failure: RunFailure): boolean =>
    [context.run, ...due.passedOver].includes(failure.run) && failure.attempt === attempt;
  const outdated = observed.failures.filter((failure) => !isKept(failure));
  return dropOutdated(observed.model, 'training', outdated, 'the spec was changed since');
}

function busy(verdict: Verdict, actions: Action[] = []): StepPlan {
  return { verdict, busy: true, failed: undefined, actions };
}
