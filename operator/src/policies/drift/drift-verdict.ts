import type { Condition, StockoutModel } from '@stockout/crds';
import { CONDITION, isFalse, isTrue, REASON, type Verdict } from '../../conditions.ts';
import type { DriftMark } from '../../resources/drift-mark.ts';
import { timestamp } from '../../set-conditions.ts';
import type { DriftSeen } from './drift-seen.ts';
import { LASTING_MS, RELEASE } from './next-mark.ts';
import { whatFollows } from './retraining.ts';

/** What the condition DriftDetected says: of what stands on the record first, then of what is seen. */
export function driftVerdict(
  model: StockoutModel,
  version: string,
  seen: DriftSeen,
  mark: DriftMark | undefined,
): Verdict | Condition {
  if (mark?.found !== undefined) return found(model, version, mark);
  if (mark !== undefined) return suspected(version, mark);
  const threshold = model.spec.monitoring?.drift?.psiThreshold;
  switch (seen.is) {
    case 'untold':
      return unknown(seen.why);
    case 'awaited':
      return asBefore(model, version) ?? unknown(`the pods of ${version} are asked`);
    default:
      return isFalse(
        REASON.noDrift,
        `${version} is asked about rows like those that it learned from: no population stability index is above ${threshold}`,
      );
  }
}

/** What was said of this version. Drift and its signs stand on the record: without a mark they are over, or another one's. */
function asBefore({ status }: StockoutModel, version: string): Condition | undefined {
  if (status?.servingVersion !== version) return undefined;
  const before = status.conditions?.find(({ type }) => type === CONDITION.driftDetected);
  const lasts = before?.reason === REASON.noDrift || before?.reason === REASON.driftUnknown;
  return lasts ? before : undefined;
}

function found(model: StockoutModel, version: string, { since, figures, seenAt }: DriftMark): Verdict {
  const what = `${version} is asked about other rows than it learned from`;
  const index = `population stability index of ${figures} at ${seenAt}`;
  // Not that it is above the threshold: it may be a little below by now, or the threshold another one than then.
  const until = `it has counted since ${since}, and does until none is above ${releaseOf(model)}, nine tenths of the threshold`;
  return isTrue(REASON.driftDetected, `${what}: ${index}; ${until}; ${whatFollows(model)}`);
}

/** In words: 0.18 and not 0.18000000000000002. */
function releaseOf({ spec }: StockoutModel): number {
  const release = Number(spec.monitoring?.drift?.psiThreshold) * RELEASE;
  return Number(release.toPrecision(3));
}

function suspected(version: string, { since, figures }: DriftMark): Verdict {
  const until = timestamp(new Date(Date.parse(since) + LASTING_MS));
  return isFalse(
    REASON.driftSuspected,
    `${version} may be asked about other rows than it learned from: population stability index of ${figures} at ${since}; it counts if it lasts until ${until}`,
  );
}

export function unknown(message: string): Verdict {
  return { status: 'Unknown', reason: REASON.driftUnknown, message };
}
