import type { Comparison, Metrics } from '@stockout/contracts';
import { aVersion, GOOD, POOR } from '../testing/builders.ts';

export const v1 = aVersion('v1');
export const v2 = aVersion('v2', { champion: { version: 'v1', metrics: GOOD } });
export const v3 = aVersion('v3', { champion: { version: 'v2', metrics: GOOD } });
export const poor = aVersion('v2', { metrics: POOR, champion: { version: 'v1', metrics: GOOD } });
export const drop = { metric: 'auc', maxDropFromServing: '0.005' } as const;
export const floor = { metric: 'auc', min: '0.95' } as const;

export function comparison(
  version: string,
  champion: string,
  ours = GOOD,
  theirs: Metrics = GOOD,
): Comparison {
  return { version, metrics: ours, champion: { version: champion, metrics: theirs } };
}
