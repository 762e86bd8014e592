import type { StockoutModel } from '@stockout/crds';
import type { Action } from '../actions.ts';
import { buildRunFailure, type FailedWork, type RunFailure } from '../resources/run-failure.ts';

/** What failed for good is tried again once the spec asks for another run, or says how else it is to run. */
export function dropOutdated(
  model: StockoutModel,
  work: FailedWork,
  outdated: readonly RunFailure[],
  why: string,
): Action[] {
  return outdated.map((failure) => {
    const object = buildRunFailure(model, work, failure);
    const metadata = { ...object.metadata, uid: failure.uid ?? '' };
    return { verb: 'delete', object: { ...object, metadata }, why };
  });
}
