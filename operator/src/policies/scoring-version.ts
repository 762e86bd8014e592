import type { Condition, ScoringJob, StockoutModel } from '@stockout/crds';
import { CONDITION, type Finding, isTrouble, REASON } from '../conditions.ts';
import { refuseSpec } from './refusal.ts';

/** Which version a run is to score with, or why none can yet. `final`: nothing but a change of the spec helps. */
export type ScoringVersion = { version: string } | { refused: Finding; final: boolean };

/** The first that applies. */
export function chooseVersion(
  job: ScoringJob,
  model: StockoutModel | undefined,
  allowedNames: readonly string[],
): ScoringVersion {
  const usable = findUsableModel(job, model, allowedNames);
  if ('refused' in usable) return { ...usable, final: false };
  const { version } = job.spec;
  return version === undefined ? servingVersion(usable.model) : namedVersion(usable.model, version);
}

/** The model, when there is one and its storage may be mounted into the run's pod. */
export function findUsableModel(
  job: ScoringJob,
  model: StockoutModel | undefined,
  allowedNames: readonly string[],
): { model: StockoutModel } | { refused: Finding } {
  const { name } = job.spec.modelRef;
  if (model === undefined) {
    const message = `spec.modelRef.name: there is no StockoutModel ${name} in ${job.metadata.namespace}`;
    return { refused: { reason: REASON.modelNotFound, message } };
  }
  const refusal = refuseSpec(model, allowedNames);
  if (refusal === undefined) return { model };
  return { refused: { reason: REASON.modelNotReady, message: `the model ${name}: ${refusal.message}` } };
}

function servingVersion(model: StockoutModel): ScoringVersion {
  const version = model.status?.servingVersion;
  if (version !== undefined) return { version };
  return wait(
    REASON.noServingVersion,
    `the model ${model.metadata.name} serves no version yet${hindrance(model)}`,
  );
}

/**
 * What stands in the way of a model at work, or why it does nothing. Each step of one that gets on would be a write to each
 * of its scoring jobs, and stands at the model.
 */
function hindrance({ status }: StockoutModel): string {
  const stated = (wanted: string): Condition | undefined =>
    status?.conditions?.find(({ type }) => type === wanted);
  const work = stated(CONDITION.reconciling);
  const told = work ?? stated(CONDITION.ready);
  const getsOn = work !== undefined && work.reason !== REASON.heldUp && !isTrouble(work.reason);
  return told === undefined || getsOn ? '' : `: ${told.message}`;
}

function namedVersion(model: StockoutModel, version: string): ScoringVersion {
  const { name } = model.metadata;
  const versions = model.status?.versions ?? [];
  const found = versions.find((each) => each.name === version);
  if (found === undefined) {
    const names = versions
      .map((each) => each.name)
      .toReversed()
      .join(', ');
    const known = names === '' ? ' yet' : `; there are ${names}`;
    return wait(REASON.versionNotFound, `spec.version: the model ${name} has no ${version}${known}`);
  }
  if (found.state !== REASON.gatesFailed || model.status?.servingVersion === version) return { version };
  const message = `spec.version: ${version} of the model ${name} did not pass its gates`;
  return { refused: { reason: REASON.versionRefused, message }, final: true };
}

function wait(reason: string, message: string): ScoringVersion {
  return { refused: { reason, message }, final: false };
}
