import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { notYetSupported } from '@stockout/crds/not-yet-supported';
import { type Finding, REASON } from '../conditions.ts';
import { ANNOTATION } from '../resources/names.ts';
import { parseSchedule } from './schedule.ts';
import { forbiddenStoragePath } from './storage-path.ts';

/** Why nothing is done for an object at all, or undefined. The first that applies. */
export function refuse(
  object: StockoutModel | ScoringJob,
  allowedNames: readonly string[],
): Finding | undefined {
  return paused(object) ?? refuseSpec(object, allowedNames);
}

/** The same, of an object that is paused or not: its spec is read by others even so. */
export function refuseSpec(
  object: StockoutModel | ScoringJob,
  allowedNames: readonly string[],
): Finding | undefined {
  return (
    unsupported(object) ??
    wrongSchedule(object) ??
    forbiddenName(namesIn(object), allowedNames) ??
    (object.kind === 'StockoutModel' ? forbiddenStoragePath(object) : undefined)
  );
}

function paused(object: StockoutModel | ScoringJob): Finding | undefined {
  if (object.metadata.annotations?.[ANNOTATION.paused] !== 'true') return undefined;
  return {
    reason: REASON.paused,
    message: `nothing is changed while the annotation ${ANNOTATION.paused} is "true"`,
  };
}

function unsupported(object: StockoutModel | ScoringJob): Finding | undefined {
  const fields = notYetSupported(object);
  if (fields.length === 0) return undefined;
  return { reason: REASON.notYetSupported, message: `not supported yet: ${fields.join('; ')}` };
}

/** What the API server cannot tell: it knows no time zones, and only the shape of a schedule. */
function wrongSchedule(object: StockoutModel | ScoringJob): Finding | undefined {
  const [path, spec] =
    object.kind === 'ScoringJob' ? ['spec', object.spec] : ['spec.training', object.spec.training ?? {}];
  if (spec.schedule === undefined) return undefined;
  try {
    parseSchedule(spec.schedule, spec.timeZone);
    return undefined;
  } catch (error) {
    return { reason: REASON.invalidSchedule, message: `${path}.${(error as Error).message}` };
  }
}

/** What keeps pods from mounting the model's storage. */
export function forbiddenStorage(model: StockoutModel, allowed: readonly string[]): Finding | undefined {
  return forbiddenName(storageNames(model.spec.storage), allowed) ?? forbiddenStoragePath(model);
}

/** Whoever may write a StockoutModel must not reach others' Secrets through it. */
function forbiddenName(names: readonly NamedField[], allowed: readonly string[]): Finding | undefined {
  const found = names.find(
    ([, name]) => name !== undefined && !allowed.some((pattern) => matches(pattern, name)),
  );
  if (found === undefined) return undefined;
  const [field, name] = found;
  return {
    reason: REASON.nameNotAllowed,
    message: `${field}: ${name} is not among the names that the operator allows (${allowed.join(', ')}): choose such a name, or add this one to the operator's STOCKOUT_ALLOWED_NAMES`,
  };
}

type NamedField = readonly [field: string, name: string | undefined];

function namesIn(object: StockoutModel | ScoringJob): NamedField[] {
  if (object.kind === 'ScoringJob')
    return [['spec.engine.secretRef.name', object.spec.engine.secretRef?.name]];
  const { storage, training, serving, tracking } = object.spec;
  return [
    ...storageNames(storage),
    ['spec.training.engine.secretRef.name', training?.engine.secretRef?.name],
    ['spec.serving.auth.apiKeySecretRef.name', serving.auth?.apiKeySecretRef?.name],
    ['spec.serving.tls.secretName', serving.tls?.secretName],
    ['spec.tracking.mlflow.secretRef.name', tracking?.mlflow?.secretRef?.name],
  ];
}

function storageNames(storage: StockoutModel['spec']['storage']): NamedField[] {
  return [
    ['spec.storage.secretRef.name', storage.secretRef?.name],
    ['spec.storage.serviceAccountName', storage.serviceAccountName],
    ['spec.storage.persistentVolumeClaim.claimName', storage.persistentVolumeClaim?.claimName],
  ];
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
