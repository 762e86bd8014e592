import type { RunStatus, ScoringJob } from '@stockout/crds';
import { CONDITION } from '@stockout/operator/outlook';

/** What there is to say of a ScoringJob. */
export interface ScoringReport {
  name: string;
  ready: boolean;
  reason: string;
  message: string;
  /** The newest. */
  lastRun?: RunStatus;
  nextRunTime?: string;
}

export function scoringOf({ metadata, status = {} }: ScoringJob): ScoringReport {
  const ready = status.conditions?.find(({ type }) => type === CONDITION.ready);
  const { nextRunTime, runs = [] } = status;
  const [lastRun] = runs;
  return {
    name: metadata.name,
    ready: ready?.status === 'True',
    reason: ready?.reason ?? 'NotSeenYet',
    message: ready?.message ?? 'the operator has not seen it yet: does it run?',
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(nextRunTime === undefined ? {} : { nextRunTime }),
  };
}
