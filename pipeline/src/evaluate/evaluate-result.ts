import { type EvaluateResult, InputError } from '@stockout/contracts';
import type { TrainOutcome } from '../train/outcome.ts';

/**
 * An evaluation beside another version, as a Job's termination message.
 * @throws InputError when the other version could not be scored: there is nothing to judge by
 */
export function toEvaluateResult(
  { version, dataVersion, metrics, champion }: TrainOutcome,
  against: string,
): EvaluateResult {
  if (champion !== undefined) return { kind: 'evaluate', version, metrics, champion };
  throw new InputError(
    `${against} cannot be scored on the held-out rows of ${version}: version ${dataVersion} of the raw table does not yield all of its features any more, or a Spark cluster would have to make them; train again to compare`,
  );
}
