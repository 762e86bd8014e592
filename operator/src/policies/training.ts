import type { TrainResult } from '@stockout/contracts';
import type { Action } from '../actions.ts';
import { isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { outcomeOf } from '../jobs/run-outcome.ts';
import type { RunState } from '../jobs/run-state.ts';
import { ANNOTATION } from '../resources/names.ts';
import { buildRunFailure, type RunFailure } from '../resources/run-failure.ts';
import { trainingAttempt, trainingRunName } from '../resources/run-names.ts';
import { buildTrainingJob } from '../resources/training-job.ts';
import { knownOfStorage, soughtFirst } from './recovery-state.ts';
import { recordOf, retireRun } from './outdated-run.ts';
import type { StepPlan } from './step-plan.ts';
import { championOf, type ObservedModel } from '../stockoutmodel/observed.ts';

interface Context {
  observed: ObservedModel;
  run: string;
  /** How the Job is to run under today's spec. */
  attempt: string;
  now: Date;
  image: string;
  /** A candidate is on its way to serve. */
  rollingOut: boolean;
}

/** What to do so that the version which the spec asks for exists. */
export function planTraining(
  observed: ObservedModel,
  input: { now: Date; image: string; rollingOut: boolean },
): StepPlan {
  const { model } = observed;
  const context = { observed, run: trainingRunName(model), attempt: trainingAttempt(model), ...input };
  const outdated = observed.runs.filter((state) => state.run !== context.run);
  const plan = alreadyTrained(context) ?? alreadyFailed(context) ?? planRun(context);
  return {
    ...plan,
    actions: [...outdated.flatMap((state) => retireRun(observed, state, input.now)), ...plan.actions],
  };
}

function alreadyTrained(context: Context): StepPlan | undefined {
  const { observed, run } = context;
  const record = observed.versions.find((version) => version.run === run);
  if (record === undefined) return undefined;
  const { version, trainedAt, dataVersion } = record;
  const message = `${version} was trained at ${trainedAt} on version ${dataVersion} of ${observed.model.spec.data.rawTable}`;
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
      return isStuck(context, state) ? runOtherwise(context, state) : follow(run, outcome.trouble);
    case 'deleting':
      return busy(isFalse(REASON.training, `the training ${run} is run again`));
    case 'settling':
      return { ...busy(isFalse(REASON.training, `the training ${run} ended`)), requeueAfterMs: outcome.ms };
    case 'lost':
      return runAgain(state);
    case 'failed':
      if (foundVersions(state)) return trainAfterAll(observed, state);
      return isOfThis(context, state)
        ? recordFailure(context, outcome.message)
        : runOtherwise(context, state);
    case 'done':
      return recordVersion(observed, state, outcome.result);
  }
}

function follow(run: string, trouble: string | undefined): StepPlan {
  const but = trouble === undefined ? '' : `, but its pod does not start: ${trouble}`;
  return busy(isFalse(REASON.training, `the training ${run} runs${but}`));
}

/** Its pod does not start, and the spec says by now how it may. */
function isStuck(context: Context, state: RunState): boolean {
  return state.trouble !== undefined && !isOfThis(context, state);
}

function start(context: Context): StepPlan {
  const { observed, run, image, rollingOut } = context;
  if (observed.model.spec.training?.suspend) return suspended(context);
  const relative = observed.model.spec.gates.some((gate) => gate.maxDropFromServing !== undefined);
  if (relative && rollingOut) {
    const message = 'the training starts once it is known which version serves: a gate compares with it';
    return busy(isFalse(REASON.waitingForRollout, message));
  }
  const against = championOf(observed);
  const recover = soughtFirst(observed);
  const job = buildTrainingJob({ model: observed.model, run, against, recover, image });
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

function recordVersion(observed: ObservedModel, state: RunState, result: TrainResult): StepPlan {
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

function runAgain(state: RunState): StepPlan {
  return busy(isFalse(REASON.training, `the training ${state.run} is run again, its result was lost`), [
    { verb: 'delete', object: state.job, why: 'its result was lost, it is run again' },
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
  const object = buildRunFailure(observed.model, { run, attempt, message });
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

/** A failure counts for its own run only, and only as long as that is to run in the same way. */
function dropFailures(context: Context): Action[] {
  const { failures, model } = context.observed;
  return failures
    .filter((failure) => !isOfThis(context, failure))
    .map((failure) => {
      const object = buildRunFailure(model, failure);
      const metadata = { ...object.metadata, uid: failure.uid ?? '' };
      return { verb: 'delete', object: { ...object, metadata }, why: 'the spec was changed since' };
    });
}

function busy(verdict: Verdict, actions: Action[] = []): StepPlan {
  return { verdict, busy: true, failed: undefined, actions };
}
