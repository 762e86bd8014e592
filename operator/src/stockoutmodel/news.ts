import type { Condition, StockoutModel, StockoutModelStatus } from '@stockout/crds';
import { type Announcement, announcementsOf } from '../announce.ts';
import { CONDITION } from '../conditions.ts';

const { trained, gatesPassed, rolledOut, ready, tracked, recovered, stalled } = CONDITION;
const TOLD = [trained, gatesPassed, rolledOut, ready, tracked, recovered, stalled];

/** What of a model's new status is worth an Event. */
export function newsOf(model: StockoutModel, status: StockoutModelStatus): Announcement[] {
  return announcementsOf(toldBefore(model, status), status.conditions ?? [], TOLD);
}

/** A verdict on another version is news, though it may be the same one. */
function toldBefore({ status: before }: StockoutModel, { latestVersion }: StockoutModelStatus): Condition[] {
  const conditions = before?.conditions ?? [];
  if (before?.latestVersion === latestVersion) return conditions;
  return conditions.filter(({ type }) => type !== gatesPassed);
}
