import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { ANNOTATION, hashOf } from './names.ts';
import { placementOf } from './placement.ts';

/**
 * The run that makes the version which the spec asks for: the same spec, the same run. All that shapes a version is in
 * it, the decision threshold too, since F1, precision and recall, and so the gates, are measured at it.
 * What only says how the Job runs (resources, nodes, deadlines, retries) is not.
 * @param scheduledFor the time of the schedule that asks for the same once more
 */
export function trainingRunName({ metadata, spec }: StockoutModel, scheduledFor?: string): string {
  const { params, split, calibration, engine } = spec.training ?? {};
  const key = {
    uid: metadata.uid,
    storage: spec.storage.uri,
    data: spec.data,
    source: spec.source,
    training: { params, split, calibration, engine },
    threshold: spec.serving.threshold,
    retrain: metadata.annotations?.[ANNOTATION.retrainRequestedAt],
    scheduledFor,
  };
  return `${metadata.name}-train-${hashOf(key)}`;
}

/** How the Job of a training runs, which shapes no version: a failure counts until this changes. */
export function trainingAttempt({ spec }: StockoutModel): string {
  const { resources, backoffLimit, activeDeadlineSeconds } = spec.training ?? {};
  const { secretRef, serviceAccountName, persistentVolumeClaim } = spec.storage;
  const storage = { secretRef, serviceAccountName, persistentVolumeClaim };
  const { tracking } = spec;
  return hashOf({
    storage,
    resources,
    backoffLimit,
    activeDeadlineSeconds,
    tracking,
    ...placementOf(spec.training),
  });
}

/** A version, and the one that serves, which it is held against. */
export interface Pair {
  version: string;
  champion: string;
}

/** A pod has the name of its Job in a label. */
const MAX_RUN_NAME = 63;

/**
 * Neither version changes, nor do the rows: a comparison is done once, by whichever operator. Part of the model's uid tells
 * it from one of a deleted model of the same name.
 */
export function evaluateRunName({ metadata }: StockoutModel, { version, champion }: Pair): string {
  const { name, uid } = metadata;
  const readable = `${name}-evaluate-${version}-against-${champion}-${hashOf({ uid }).slice(0, 5)}`;
  const isLong = readable.length > MAX_RUN_NAME;
  return isLong ? `${name}-evaluate-${hashOf({ uid, version, champion })}` : readable;
}

/**
 * How the Job of a comparison runs, and how its rows are read: a failure counts until this changes, or somebody asks for
 * another training.
 */
export function evaluationAttempt({ metadata, spec }: StockoutModel): string {
  const { resources, backoffLimit, activeDeadlineSeconds, engine } = spec.training ?? {};
  const { storage, data } = spec;
  const training = { resources, backoffLimit, activeDeadlineSeconds, engine };
  const retrain = metadata.annotations?.[ANNOTATION.retrainRequestedAt];
  return hashOf({ storage, data, training, retrain, ...placementOf(spec.training) });
}

/** What a scoring run is for. */
export function scoringRunKey({ metadata, spec }: ScoringJob): string {
  const { modelRef, version, input, output, engine } = spec;
  const requested = metadata.annotations?.[ANNOTATION.runRequestedAt];
  return hashOf({ uid: metadata.uid, modelRef, version, input, output, engine, requested });
}

/** The generation tells a spec that was changed to and fro from one that was never changed. */
export function scoringRunName(job: ScoringJob): string {
  return `${job.metadata.name}-${scoringRunKey(job)}-${job.metadata.generation ?? 1}`;
}

/**
 * The run for a time of the schedule, in UTC: whoever finds it due gives it the same name. Part of the job's uid tells it
 * from a run that a deleted job of the same name had at that time. Ends in at most 63 characters, a shard's number
 * included.
 */
export function scheduledRunName({ metadata }: ScoringJob, time: Date): string {
  const minute = time.toISOString().replace(/\D/g, '').slice(0, 12);
  return `${metadata.name}-${minute}-${hashOf({ uid: metadata.uid }).slice(0, 5)}`;
}

/** The run that the annotation asks for beside a schedule, whatever else of the spec changes. */
export function requestedRunName({ metadata }: ScoringJob): string {
  const requested = metadata.annotations?.[ANNOTATION.runRequestedAt];
  return `${metadata.name}-${hashOf({ uid: metadata.uid, requested })}-0`;
}

/** The key within the name of a run of this job, or undefined when it is none of its runs. */
export function keyOfScoringRun({ metadata }: ScoringJob, run: string): string | undefined {
  const [key, generation, ...rest] = run.slice(metadata.name.length + 1).split('-');
  const ours = run.startsWith(`${metadata.name}-`) && generation !== undefined && rest.length === 0;
  return ours ? key : undefined;
}
