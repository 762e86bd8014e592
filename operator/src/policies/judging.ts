import { allPassed, type Comparison, type GateVerdict, judgeGates } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { type VersionRecord, versionNumber } from '../resources/version-record.ts';

export interface JudgingInput {
  model: StockoutModel;
  /** The name of the version that serves. */
  serving: string | undefined;
  /** What versions were compared with since they were trained. */
  comparisons?: readonly Comparison[] | undefined;
}

/**
 * A version that is to replace what serves is compared with that. Any other keeps the verdict of its own day, when it was
 * compared with what served then, be it by its training or later: no version loses its place by being replaced, and the
 * way back stays open.
 */
export function judgeVersion(input: JudgingInput, record: VersionRecord): GateVerdict[] {
  const { model, serving, comparisons = [] } = input;
  const { gates } = model.spec;
  const later = comparisons.filter(({ version }) => version === record.version);
  if (isChallenger(input, record)) {
    const isWithChampion = ({ champion }: Partial<Comparison>): boolean => champion?.version === serving;
    const comparison = isWithChampion(record) ? undefined : later.find(isWithChampion);
    return judgeBeside(gates, record, comparison, serving);
  }
  const ownDay = judgeGates(gates, record, record.champion?.version);
  const verdicts = later.map((each) => judgeBeside(gates, record, each, each.champion.version));
  return [ownDay, ...verdicts].find(allPassed) ?? ownDay;
}

/** A pin asks for no comparison but where there was none at all: who pins knows what the version was compared with. */
function isChallenger({ model, serving }: JudgingInput, { version, champion }: VersionRecord): boolean {
  const { policy, version: pin } = model.spec.promotion;
  if (!isNewer(version, serving)) return false;
  return pin === undefined ? policy === 'Automatic' : pin === version && champion === undefined;
}

/** Relative gates go by the comparison, of which both figures are of the same rows; all others by the version's record. */
function judgeBeside(
  gates: StockoutModel['spec']['gates'],
  record: VersionRecord,
  comparison: Comparison | undefined,
  champion: string | undefined,
): GateVerdict[] {
  return gates.flatMap((gate) => {
    const inputs = gate.maxDropFromServing === undefined ? record : (comparison ?? record);
    return judgeGates([gate], inputs, champion);
  });
}

/** It lacks nothing but a comparison with what serves. */
export function lacksComparison(verdicts: readonly GateVerdict[]): boolean {
  return !allPassed(verdicts) && verdicts.every(({ passed, reason }) => passed || reason === 'NotCompared');
}

export function isNewer(version: string, serving: string | undefined): boolean {
  return serving !== undefined && versionNumber(version) > versionNumber(serving);
}
