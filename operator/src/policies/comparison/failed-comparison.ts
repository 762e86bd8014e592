import type { Action } from '../../actions.ts';
import { isFalse, REASON } from '../../conditions.ts';
import type { RunState } from '../../jobs/run-state.ts';
import { storageRetry } from '../../jobs/storage-retry.ts';
import { ANNOTATION } from '../../resources/names.ts';
import { buildRunFailure, type RunFailure } from '../../resources/run-failure.ts';
import { evaluateRunName, evaluationAttempt, type Pair } from '../../resources/run-names.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { dropOutdated } from '../outdated-failures.ts';
import type { Step } from './comparison-plan.ts';

interface Context {
  observed: ObservedModel;
  pair: Pair;
  now: Date;
}

const AGAIN = `change spec.training, spec.data or spec.storage, or set the annotation ${ANNOTATION.retrainRequestedAt} to a new value, to try again`;

/** It takes what a training takes: what failed by itself would fail so every time. */
export function alreadyFailed({ observed, pair }: Context): Step | undefined {
  const failure = observed.comparisonFailures.find((each) => isOfThis(observed, pair, each));
  return failure && forGood(pair, failure.message);
}

export function recordFailure({ observed, pair }: Context, message: string): Step {
  const attempt = evaluationAttempt(observed.model);
  const run = evaluateRunName(observed.model, pair);
  const object = buildRunFailure(observed.model, 'evaluation', { run, attempt, message });
  return forGood(pair, message, [{ verb: 'create', object, why: 'the comparison failed for good' }]);
}

/** Nothing is wrong with the spec: the same run is run again, until its storage does its part. */
export function awaitStorage({ pair, now }: Context, state: RunState, message: string): Step {
  const { again, ms } = storageRetry(state, now);
  const verdict = isFalse(REASON.storageUnavailable, `${couldNot(pair, message)} (${again})`);
  if (ms > 0) return { verdict, busy: false, actions: [], requeueAfterMs: ms };
  const why = 'its storage may be back, it is run again';
  return { verdict, busy: false, actions: [{ verb: 'delete', object: state.job, why }] };
}

/** A failure counts for its own pair only, and only as long as that is to be compared in the same way. */
export function dropOutdatedFailures(observed: ObservedModel, pair: Pair | undefined): Action[] {
  const { model, comparisonFailures } = observed;
  const outdated = comparisonFailures.filter((each) => !isOfThis(observed, pair, each));
  return dropOutdated(model, 'evaluation', outdated, 'something else is to be compared, or in another way');
}

function isOfThis({ model }: ObservedModel, pair: Pair | undefined, failure: RunFailure): boolean {
  if (pair === undefined) return false;
  return failure.run === evaluateRunName(model, pair) && failure.attempt === evaluationAttempt(model);
}

function forGood(pair: Pair, message: string, actions: Action[] = []): Step {
  const verdict = isFalse(REASON.comparisonFailed, `${couldNot(pair, message)} (${AGAIN})`);
  return { verdict, busy: false, isFinal: true, actions };
}

function couldNot({ version, champion }: Pair, message: string): string {
  return `${version} could not be compared with ${champion}, which serves: ${message}`;
}
