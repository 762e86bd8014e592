import type { Condition, StockoutModel } from '@stockout/crds';
import { CONDITION, isTrouble, REASON, wordsOf } from '@stockout/operator/outlook';

/** Why something is as it is, and what to do about it. */
export interface Matter {
  reason: string;
  message: string;
  /** Of a reason that somebody should look into. */
  todo?: string;
}

/** What goes on, or is not as it is in the end: each message once, and none that Ready has said. */
export function mattersOf(model: StockoutModel, said: string): Matter[] {
  const told = new Set([said]);
  const matters: Matter[] = [];
  for (const condition of model.status?.conditions ?? []) {
    const { reason, message } = condition;
    if (!isOpen(model, condition) || told.has(message)) continue;
    told.add(message);
    matters.push(matterOf(model, reason, message));
  }
  return matters;
}

export function matterOf({ metadata }: StockoutModel, reason: string, message: string): Matter {
  if (!isTrouble(reason)) return { reason, message };
  const words = wordsOf(reason)?.todo;
  // For a terminal, about this very model.
  const todo = words?.replaceAll('`', '').replaceAll(/\bNAME\b/g, metadata.name);
  return { reason, message, ...(todo === undefined ? {} : { todo }) };
}

function isOpen(model: StockoutModel, { type, status, reason }: Condition): boolean {
  if (type === CONDITION.ready || status === 'Unknown') return false;
  if (type === CONDITION.reconciling || type === CONDITION.stalled) return true;
  // Of this one False is what everybody wants.
  if (type === CONDITION.driftDetected) return reason !== REASON.noDrift;
  return status === 'False' || isTrouble(reason) || (type === CONDITION.gatesPassed && awaitsPerson(model));
}

/** A version passed its gates, and with the policy Manual nobody but a person lets it serve. */
function awaitsPerson({ spec, status }: StockoutModel): boolean {
  const { policy, version: pin } = spec.promotion;
  return policy === 'Manual' && pin === undefined && status?.latestVersion !== status?.servingVersion;
}
