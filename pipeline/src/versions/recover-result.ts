import {
  MAX_RESULT_BYTES,
  packResults,
  type RecoverResult,
  StockoutError,
  type TrainResult,
} from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import { outcomeOf, toTrainResult } from '../train/outcome.ts';
import type { Found } from './recover.ts';

const MAX_MESSAGE = 160;

/**
 * What was found, as a Job's termination message: as many versions as it holds, in their order, and the names of the
 * others.
 */
export function toRecoverResult(found: readonly Found[], storage: Storage): RecoverResult {
  const told = found.map((each) => judged(each, storage));
  let result = resultOf([], told);
  for (let count = 1; count <= told.length; count++) {
    const more = resultOf(told.slice(0, count), told.slice(count));
    // The first goes alone: what is too long for a message was made unusable.
    if (count > 1 && Buffer.byteLength(JSON.stringify(more)) > MAX_RESULT_BYTES) break;
    result = more;
  }
  return result;
}

type Told = Exclude<Found, { is: 'whole' }> | { version: string; is: 'whole'; result: TrainResult };

function judged(found: Found, storage: Storage): Told {
  if (found.is !== 'whole') return found;
  const { version, manifest } = found;
  try {
    // The operator judges the gates itself.
    const { gates: _gates, ...result } = toTrainResult(outcomeOf(manifest, storage, 0));
    return { version, is: 'whole', result: { ...result, gates: [] } };
  } catch (error) {
    if (!(error instanceof StockoutError)) throw error;
    return { version, is: 'unusable', message: error.message };
  }
}

function resultOf(told: readonly Told[], left: readonly Told[]): RecoverResult {
  return {
    kind: 'recover',
    packed: packResults(told.flatMap((each) => (each.is === 'whole' ? [each.result] : []))),
    absent: told.flatMap(({ is, version }) => (is === 'absent' ? [version] : [])),
    passedOver: told.flatMap((each) =>
      each.is === 'unusable' ? [{ version: each.version, message: each.message.slice(0, MAX_MESSAGE) }] : [],
    ),
    left: left.map(({ version }) => version),
  };
}
