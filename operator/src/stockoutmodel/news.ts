import type { Condition, StockoutModel, StockoutModelStatus } from '@stockout/crds';
import { type Announcement, announcementsOf } from '../announce.ts';
import { CONDITION } from '../conditions.ts';

const { trained, gatesPassed, rolledOut, ready, driftDetected, tracked, recovered, stalled } = CONDITION;
const TOLD = [trained, gatesPassed, rolledOut, ready, tracked, recovered, stalled];

/** What is worth an Event in a model's new status. */
export function newsOf({ status: before = {} }: StockoutModel, status: StockoutModelStatus): Announcement[] {
  const types = isFound(before) === isFound(status) ? TOLD : [...TOLD, driftDetected];
  return announcementsOf(toldBefore(before, status), status.conditions ?? [], types);
}

/** A verdict on another version is news, though it may be the same one. */
function toldBefore(before: StockoutModelStatus, { latestVersion }: StockoutModelStatus): Condition[] {
  const { conditions = [] } = before;
  if (before.latestVersion === latestVersion) return conditions;
  return conditions.filter(({ type }) => type !== gatesPassed);
}

/** Drift is news when it is found and when it is over; a mere sign is none, nor that nothing is amiss. */
function isFound({ conditions = [] }: StockoutModelStatus): boolean {
  return conditions.some(({ type, status }) => type === driftDetected && status === 'True');
}
