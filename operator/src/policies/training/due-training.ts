import type { StockoutModel } from '@stockout/crds';
import { ANNOTATION } from '../../resources/names.ts';
import { trainingRunName } from '../../resources/run-names.ts';
import type { VersionRecord } from '../../resources/version-record.ts';
import { timestamp } from '../../set-conditions.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { parseSchedule } from '../schedule.ts';

/** The training that the spec, or the schedule, asks for by now: it is done when a version of this run is on record. */
export interface DueTraining {
  run: string;
  /** The time of the schedule, or of drift, that asks for it; undefined where the spec alone does. */
  scheduledFor: string | undefined;
  /** The version that there is of the same spec: on the data of which nothing need be trained again. */
  made: VersionRecord | undefined;
  /** Runs of earlier times, which would be due if this one's time asked no more: what failed of them stays known. */
  passedOver: readonly string[];
  /** When the schedule asks next; none while training is suspended, or after a first training that failed. */
  next: Date | undefined;
}

/**
 * A spec that has no version yet is trained at once. From then on the last time of the schedule since counts, however
 * many were missed, or the last of drift if that is newer; a training that goes on is waited for.
 * @param driftAt when drift last asked for a training
 */
export function dueTraining(observed: ObservedModel, now: Date, driftAt?: string): DueTraining {
  const { model } = observed;
  const made = observed.versions.find((version) => isOfSpec(model, version));
  const bySpec = { run: made?.run ?? trainingRunName(model), scheduledFor: undefined, made, passedOver: [] };
  const { schedule: expression, timeZone, suspend } = model.spec.training ?? {};
  const schedule = expression === undefined || suspend ? undefined : parseSchedule(expression, timeZone);
  // Without a version no time asks for another one.
  const hasFailed = made === undefined && observed.failures.some(({ run }) => run === bySpec.run);
  const next = hasFailed ? undefined : schedule?.next(now);
  const latest = schedule?.latest(now);
  const asked = [latest && timestamp(latest), driftAt].filter((time) => time !== undefined);
  const [time, ...earlier] = made === undefined ? [] : dueTimes(observed, made, asked, now);
  if (time === undefined) return { ...bySpec, next };
  const runOf = (each: string): string => trainingRunName(model, each);
  return { run: runOf(time), scheduledFor: time, made, passedOver: earlier.map(runOf), next };
}

/** Whether a version is what the spec asks for, by whichever time of a schedule it was made. */
export function isOfSpec(model: StockoutModel, { run, scheduledFor }: VersionRecord): boolean {
  return run === trainingRunName(model, scheduledFor);
}

/**
 * The first is to be done: what runs comes to its end, then the newest, so that one that failed holds up none after it.
 * @param asked times that ask for a training, besides those of what runs
 */
function dueTimes(
  observed: ObservedModel,
  made: VersionRecord,
  asked: readonly string[],
  now: Date,
): string[] {
  const settled = settledUntil(observed.model, made, now);
  const isDue = (time: string): boolean =>
    Date.parse(time) > settled && time !== made.scheduledFor && time !== made.checkedFor;
  return [...timesUnderWay(observed).sort(), ...asked.toSorted().reverse()].filter(isDue);
}

/**
 * Until when no time is due any more, in milliseconds. What lies in the future comes of a clock that was set back
 * since, and tells nothing.
 */
function settledUntil({ metadata }: StockoutModel, made: VersionRecord, now: Date): number {
  const times = [metadata.creationTimestamp, made.trainedAt, made.scheduledFor, made.checkedFor];
  const past = times.map((time) => Date.parse(time ?? '')).filter((time) => time <= now.getTime());
  return Math.max(0, ...past);
}

/** A training by the schedule that has not failed is brought to its end, though its next time has come. */
function timesUnderWay({ model, runs }: ObservedModel): string[] {
  return runs
    .filter(({ phase }) => phase !== 'Failed')
    .map(({ run, job }) => ({ run, time: job.metadata.annotations?.[ANNOTATION.scheduledFor] }))
    .filter(({ run, time }) => time !== undefined && run === trainingRunName(model, time))
    .map(({ time = '' }) => time);
}
