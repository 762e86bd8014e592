import type { EvaluateResult } from '@stockout/contracts';
import type { Action } from '../../actions.ts';
import type { ConfigMap } from '../../api/kubernetes.ts';
import { isFalse, REASON } from '../../conditions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import { rerunLost, type RunState } from '../../jobs/run-state.ts';
import { buildComparisonRecord } from '../../resources/comparison-record.ts';
import { buildEvaluateJob } from '../../resources/evaluate-job.ts';
import { modelOfManifest } from '../../resources/manifest-file.ts';
import { ANNOTATION } from '../../resources/names.ts';
import { evaluateRunName, evaluationAttempt, type Pair } from '../../resources/run-names.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import type { ComparisonPlan, Step } from './comparison-plan.ts';
import { alreadyFailed, awaitStorage, dropOutdatedFailures, recordFailure } from './failed-comparison.ts';

export interface ComparisonInput {
  now: Date;
  image: string;
  /** What has to end before one begins; undefined when nothing. */
  awaited: string | undefined;
}

interface Context extends ComparisonInput {
  observed: ObservedModel;
  pair: Pair;
  run: string;
}

/**
 * What to do so that a version which lacks nothing but a comparison with what serves gets it. One Job at a time: when
 * another version serves by now, what was to be compared with the one before is ended.
 */
export function planComparison(
  observed: ObservedModel,
  pair: Pair | undefined,
  input: ComparisonInput,
): ComparisonPlan {
  const run = pair && evaluateRunName(observed.model, pair);
  const others = observed.evaluationRuns.filter((state) => state.run !== run && isUnderWay(state));
  const ended = [
    ...dropOutdatedFailures(observed, pair),
    ...others.filter(({ phase }) => phase === 'Running').map(endOther),
  ];
  if (pair === undefined || run === undefined) {
    return { pair: undefined, verdict: undefined, busy: false, actions: ended };
  }
  const context = { observed, pair, run, ...input };
  const [other] = others;
  const step =
    other === undefined ? (alreadyFailed(context) ?? planRun(context)) : waiting(context, other.run);
  return { pair, ...step, actions: [...ended, ...step.actions] };
}

function isUnderWay({ phase }: RunState): boolean {
  return phase === 'Running' || phase === 'Deleting';
}

function endOther({ job }: RunState): Action {
  return { verb: 'delete', object: job, why: 'nothing depends on this comparison by now' };
}

function planRun(context: Context): Step {
  const { observed, run, now } = context;
  const state = observed.evaluationRuns.find((each) => each.run === run);
  if (state === undefined) return start(context);
  const outcome = outcomeOf(state, 'evaluate', now);
  switch (outcome.is) {
    case 'running':
      return outcome.trouble !== undefined && isOutdated(context, state)
        ? runAgain(context, state, 'as the spec says by now')
        : follow(context, outcome.trouble);
    case 'deleting':
      return comparing(context, `${run} is run again`);
    case 'settling':
      return { ...comparing(context, `${run} ended`), requeueAfterMs: outcome.ms };
    case 'lost':
      return comparing(context, `${run} is run again, its result was lost`, [rerunLost(state)]);
    case 'failed':
      return failed(context, state, outcome);
    case 'done':
      return record(context, state, outcome.result);
  }
}

function start(context: Context): Step {
  const { observed, pair, run, image, awaited } = context;
  if (awaited !== undefined) return waiting(context, awaited);
  const object = buildEvaluateJob(observed.model, pair, image);
  const why = `compares ${pair.version} with ${pair.champion}, which serves`;
  return comparing(context, `${run} starts`, [{ verb: 'create', object, why }]);
}

function follow(context: Context, trouble: string | undefined): Step {
  const but = trouble === undefined ? '' : `, but its pod does not start: ${trouble}`;
  return { ...comparing(context, `${context.run} runs${but}`), isHeldUp: trouble !== undefined };
}

/** The spec says by now how it may run, or of which data. */
function isOutdated({ observed }: Context, { job }: RunState): boolean {
  return job.metadata.annotations?.[ANNOTATION.attempt] !== evaluationAttempt(observed.model);
}

function runAgain(context: Context, { job, run }: RunState, why: string): Step {
  return comparing(context, `${run} is run again, ${why}`, [
    { verb: 'delete', object: job, why: `it is run again, ${why}` },
  ]);
}

function record(context: Context, state: RunState, result: EvaluateResult): Step {
  const { observed, pair, run } = context;
  if (storageOf(state) !== observed.model.spec.storage.uri) {
    return runAgain(context, state, 'since versions lie elsewhere by now');
  }
  if (result.version !== pair.version || result.champion.version !== pair.champion) {
    const message = `${run} compared ${result.version} with ${result.champion.version}`;
    return failed(context, state, { message, isOfStorage: false });
  }
  const object = buildComparisonRecord(observed.model, result);
  const why = `${pair.version} was compared with ${pair.champion}`;
  return comparing(context, `${run} is done, this goes on record`, [
    ...makeRoom(observed, object),
    { verb: 'create', object, why },
  ]);
}

/** Ours, and immutable: what has the record's name and cannot be read as one would never become one. */
function makeRoom({ otherRecords }: ObservedModel, { metadata }: ConfigMap): Action[] {
  return otherRecords
    .filter((each) => each.metadata.name === metadata.name)
    .map((object) => ({ verb: 'delete', object, why: 'it is no comparison of the pair that its name says' }));
}

/** @throws SyntaxError when the Job's manifest is not ours */
function storageOf({ job }: RunState): string {
  return modelOfManifest(job.spec.template).spec.storage.uri;
}

function failed(
  context: Context,
  state: RunState,
  { message, isOfStorage }: { message: string; isOfStorage: boolean },
): Step {
  if (isOutdated(context, state)) return runAgain(context, state, 'as the spec says by now');
  return isOfStorage ? awaitStorage(context, state, message) : recordFailure(context, message);
}

function waiting({ pair }: Context, awaited: string): Step {
  const words = `${pair.version} is to be compared with ${pair.champion}, which serves, once ${awaited} has ended`;
  return { verdict: isFalse(REASON.comparing, words), busy: true, actions: [] };
}

function comparing({ pair }: Context, what: string, actions: Action[] = []): Step {
  const words = `${pair.version} is compared with ${pair.champion}, which serves: ${what}`;
  return { verdict: isFalse(REASON.comparing, words), busy: true, actions };
}
