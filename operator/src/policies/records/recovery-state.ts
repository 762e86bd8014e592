import {
  type RecoverResult,
  type RecoveryRecord,
  type TrainResult,
  unpackResults,
} from '@stockout/contracts';
import type { Sought } from '../../resources/recover-job.ts';
import { readSwitched } from '../../resources/service.ts';
import { type ObservedModel, servingOf } from '../../stockoutmodel/observed.ts';

/** What is known of today's storage. */
export function knownOfStorage({ model, recovery }: ObservedModel): RecoveryRecord | undefined {
  return recovery?.storage === model.spec.storage.uri ? recovery : undefined;
}

/**
 * What a Job is to ask of storage, the first that applies: what the last one had no room for; a version that serves or is
 * pinned, and is not on record; all, where the cluster shows that there were versions once, or no training asks by itself.
 */
export function soughtOf(observed: ObservedModel): Sought | undefined {
  const known = knownOfStorage(observed);
  const left = missing(observed, known?.left ?? []);
  if (left.length > 0) return { versions: left, newest: 0 };
  const { model, versions, failures } = observed;
  const pinned = missing(observed, [model.spec.promotion.version]);
  const served = missing(observed, inUse(observed));
  if (versions.length > 0 || (failures.length > 0 && served.length === 0)) {
    return onlyThese(missing(observed, [...pinned, ...served]));
  }
  const told = missing(observed, [...served, ...toldBefore(observed)]);
  const isSuspended = model.spec.training?.suspend === true && known === undefined;
  return told.length > 0 || isSuspended
    ? upToLimit(observed, missing(observed, [...pinned, ...told]))
    : undefined;
}

/**
 * What the first training asks of storage before it begins, so that a model that is new pays nothing for it; undefined
 * where versions are on record, or storage was asked.
 */
export function soughtFirst(observed: ObservedModel): Sought | undefined {
  if (observed.versions.length > 0 || knownOfStorage(observed) !== undefined) return undefined;
  return upToLimit(observed, missing(observed, [observed.model.spec.promotion.version]));
}

function onlyThese(versions: readonly string[]): Sought | undefined {
  return versions.length === 0 ? undefined : { versions, newest: 0 };
}

function upToLimit({ model }: ObservedModel, versions: readonly string[]): Sought {
  return { versions, newest: Math.max(0, model.spec.versionHistoryLimit - versions.length) };
}

/** What serves, and what is deployed besides. */
function inUse(observed: ObservedModel): (string | undefined)[] {
  const { service, predictors } = observed;
  const switched = service === undefined ? undefined : readSwitched(service)?.to;
  return [servingOf(observed)?.version, switched, ...predictors.map(({ version }) => version)];
}

/** By a status that was restored, or that was written before the records went. */
function toldBefore({ model: { status } }: ObservedModel): (string | undefined)[] {
  return [status?.servingVersion, status?.latestVersion, ...(status?.versions ?? []).map(({ name }) => name)];
}

/** Of these names those that are neither on record nor known not to be had, each once. */
function missing(observed: ObservedModel, names: readonly (string | undefined)[]): string[] {
  const known = knownOfStorage(observed);
  const isSettled = (name: string): boolean =>
    known !== undefined && (known.absent.includes(name) || name in known.passedOver);
  const wanted = names.filter((name): name is string => name !== undefined && name !== '');
  return [...new Set(wanted)].filter((name) => !isOnRecord(observed, name) && !isSettled(name));
}

function isOnRecord({ versions }: ObservedModel, name: string): boolean {
  return versions.some(({ version }) => version === name);
}

/** The record with what a Job has found since, and the results that go on record. */
export function addFound(
  observed: ObservedModel,
  result: RecoverResult,
  finishedAt: string,
): { record: RecoveryRecord; results: TrainResult[] } {
  const known = knownOfStorage(observed);
  const results = unpackResults(result.packed) ?? [];
  const recovered = results.map(({ version }) => version);
  const passedOver = Object.fromEntries(result.passedOver.map(({ version, message }) => [version, message]));
  const told = new Set([...recovered, ...result.absent, ...Object.keys(passedOver)]);
  const record = {
    storage: observed.model.spec.storage.uri,
    finishedAt,
    recovered: union(known?.recovered, recovered),
    left: union(
      known?.left.filter((name) => !told.has(name)),
      result.left,
    ),
    absent: union(known?.absent, result.absent),
    passedOver: { ...known?.passedOver, ...passedOver },
  };
  return { record, results };
}

function union(before: readonly string[] = [], now: readonly string[]): string[] {
  return [...new Set([...before, ...now])];
}
