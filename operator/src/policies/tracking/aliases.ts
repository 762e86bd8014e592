import { allPassed } from '@stockout/contracts';
import { versionNumber } from '../../resources/version-record.ts';
import { championOf, type ObservedModel } from '../../stockoutmodel/observed.ts';
import type { PromotionPlan } from '../promotion.ts';
import type { RolloutPlan } from '../rollout/rollout-steps.ts';
import type { AliasTargets } from './tracking-state.ts';

/**
 * What MLflow's aliases are to show: the champion is what serves, the challenger the version that is on its way to serve
 * or that passed its gates and waits for a person. The first version of all is no challenger: there is nobody to beat.
 */
export function aliasesOf(
  observed: ObservedModel,
  promotion: PromotionPlan,
  rollout: RolloutPlan,
): AliasTargets {
  const champion = championOf(observed);
  if (champion === undefined) return { champion, challenger: undefined };
  // What is gone back to challenges nobody.
  const isNewer = (version: string): boolean => versionNumber(version) > versionNumber(champion);
  const candidate = rollout.candidate && isNewer(rollout.candidate) ? rollout.candidate : undefined;
  return { champion, challenger: candidate ?? waitingFor(observed, promotion, isNewer) };
}

function waitingFor(
  { versions }: ObservedModel,
  { verdicts }: PromotionPlan,
  isNewer: (version: string) => boolean,
): string | undefined {
  return versions
    .map(({ version }) => version)
    .filter(isNewer)
    .find((version) => allPassed(verdicts.get(version) ?? []));
}
