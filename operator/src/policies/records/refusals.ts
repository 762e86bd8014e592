import type { Action } from '../../actions.ts';
import type { Finding } from '../../conditions.ts';
import type { RefusalMark } from '../../resources/refusal-mark.ts';
import { buildMarkedRecord, type VersionRecord } from '../../resources/version-record.ts';
import { timestamp } from '../../set-conditions.ts';
import { givenUpOf, type ObservedModel, servingOf } from '../../stockoutmodel/observed.ts';
import type { RolloutPlan } from '../rollout/rollout-steps.ts';

/**
 * Puts on a version's record that it was refused, and why, once its Deployment says so: that is the next candidate's soon.
 * What is on its way again, or serves after all, is refused no more.
 */
export function planRefusals(observed: ObservedModel, rollout: RolloutPlan, now: Date): Action[] {
  const serving = servingOf(observed)?.version;
  return observed.versions.flatMap((record) => {
    const { version, refused } = record;
    if (version === serving || version === rollout.candidate)
      return refused === undefined ? [] : mark(observed, record, undefined);
    const refusal = givenUpOf(observed, version) ?? wentBackFrom(observed, rollout, version);
    if (refusal === undefined) return [];
    const { reason, message } = refusal;
    const isTold = refused?.reason === reason && refused.message === message;
    return isTold ? [] : mark(observed, record, { reason, message, at: timestamp(now) });
  });
}

/** A Deployment whose template went back says why, but not from which version. */
function wentBackFrom(
  observed: ObservedModel,
  { refusal }: RolloutPlan,
  version: string,
): Finding | undefined {
  const isOnRecord = servingOf(observed)?.gaveUpOn?.why === refusal?.message;
  return refusal?.version === version && isOnRecord ? refusal : undefined;
}

function mark({ model }: ObservedModel, record: VersionRecord, refused: RefusalMark | undefined): Action[] {
  const { version, resourceVersion } = record;
  const why =
    refused === undefined
      ? `${version} is tried again, or serves after all`
      : `${version} was refused: ${refused.message}`;
  const object = buildMarkedRecord(model, { ...record, refused });
  return [{ verb: 'apply', object, onto: resourceVersion, why }];
}
