import { digestOfTarget, type TrainResult } from '@stockout/contracts';
import type { Action } from '../../actions.ts';
import { outcomeOf } from '../../jobs/run-outcome.ts';
import type { RunState } from '../../jobs/run-state.ts';
import { modelOfManifest } from '../../resources/manifest-file.ts';
import { ANNOTATION } from '../../resources/names.ts';
import { buildVersionRecord, versionNumber } from '../../resources/version-record.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';

/** Runs of an earlier spec: a finished one made a version, which goes on record; a running one is ended. */
export function retireRun(observed: ObservedModel, state: RunState, now: Date): Action[] {
  const outcome = outcomeOf(state, 'train', now);
  if (outcome.is === 'running') {
    return [{ verb: 'delete', object: state.job, why: 'the spec asks for another version by now' }];
  }
  if (outcome.is !== 'done') return [];
  // An older one may have been on record and let go: its Job outlives it.
  const newest = observed.versions[0]?.version ?? 'v0';
  const isNews = versionNumber(outcome.result.version) > versionNumber(newest);
  return isNews ? [recordOf(observed, state, outcome.result)] : [];
}

/**
 * A run that a newer spec asked for than has been seen: who reads lists of old ends no training of today, and begins none of
 * yesterday.
 */
export function runAhead({ model, runs }: ObservedModel, now: Date): RunState | undefined {
  return runs.find((state) => {
    const askedBy = Number(state.job.metadata.annotations?.[ANNOTATION.generation]);
    return askedBy > (model.metadata.generation ?? 0) && outcomeOf(state, 'train', now).is === 'running';
  });
}

/** @throws SyntaxError when the Job's manifest is not ours */
export function recordOf({ model }: ObservedModel, state: RunState, result: TrainResult): Action {
  const { storage, tracking } = modelOfManifest(state.job.spec.template).spec;
  const target = tracking?.mlflow && digestOfTarget(tracking.mlflow);
  const mlflow = result.mlflow && target && { mlflow: { ...result.mlflow, target } };
  const record = { ...result, run: state.run, ...mlflow };
  const object = buildVersionRecord(model, record, storage.uri);
  return { verb: 'create', object, why: `${result.version} was trained` };
}
