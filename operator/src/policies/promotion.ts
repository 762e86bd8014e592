import { allPassed, type GateVerdict, judgeGates } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { ANNOTATION } from '../resources/names.ts';
import { type VersionRecord, versionNumber } from '../resources/version-record.ts';

export interface PromotionPlan {
  /** What is to serve: the champion, a better candidate, or what is pinned. */
  target: VersionRecord | undefined;
  /** Of every version, by its name. */
  verdicts: ReadonlyMap<string, readonly GateVerdict[]>;
  /** Of the condition GatesPassed: about the latest version. */
  verdict: Verdict;
  /** Why the pinned version does not serve. */
  pinRefused: Finding | undefined;
}

export interface PromotionInput {
  model: StockoutModel;
  /** Newest first. */
  versions: readonly VersionRecord[];
  /** The name of the version that serves. */
  serving: string | undefined;
  /** Versions in storage that did not go on record, each with why. */
  unusable?: Readonly<Record<string, string>> | undefined;
}

/** Which version is to serve, by the gates and by what the spec says of promotion. */
export function planPromotion(input: PromotionInput): PromotionPlan {
  const { model, versions, serving } = input;
  const verdicts = new Map(versions.map((version) => [version.version, judge(input, version)]));
  const champion = versions.find((version) => version.version === serving);
  const verdict = judgeLatest(input, verdicts);
  const { policy, version: pin } = model.spec.promotion;
  if (pin !== undefined) {
    const pinRefused = pin === serving ? undefined : refusePin(input, verdicts, pin);
    const pinned = versions.find((version) => version.version === pin);
    return { target: pinRefused === undefined ? pinned : champion, verdicts, verdict, pinRefused };
  }
  const successor = policy === 'Automatic' ? findSuccessor(input, verdicts) : undefined;
  return { target: successor ?? champion, verdicts, verdict, pinRefused: undefined };
}

/**
 * A version that would replace what serves by itself is compared with that; any other keeps the verdict of its own
 * day, when it was compared with what served then. So no version loses its place by being replaced, and the way back
 * stays open.
 */
function judge({ model, serving }: PromotionInput, record: VersionRecord): GateVerdict[] {
  const { policy, version: pin } = model.spec.promotion;
  const isChallenger = policy === 'Automatic' && pin === undefined && isNewer(record.version, serving);
  return judgeGates(model.spec.gates, record, isChallenger ? serving : record.champion?.version);
}

/** The newest version that passed and is newer than what serves. */
function findSuccessor(
  input: PromotionInput,
  verdicts: ReadonlyMap<string, readonly GateVerdict[]>,
): VersionRecord | undefined {
  const { versions, serving } = input;
  const champion = versions.find((version) => version.version === serving);
  return versions.find(
    (version) =>
      (serving === undefined || isNewer(version.version, serving)) &&
      allPassed(verdicts.get(version.version) ?? []) &&
      newFeatures(version, champion).length === 0,
  );
}

/** Features that callers of the champion do not send. */
function newFeatures(version: VersionRecord, champion: VersionRecord | undefined): string[] {
  if (champion === undefined) return [];
  return version.features.filter((feature) => !champion.features.includes(feature));
}

function refusePin(
  { versions, unusable = {} }: PromotionInput,
  verdicts: ReadonlyMap<string, readonly GateVerdict[]>,
  pin: string,
): Finding | undefined {
  const gates = verdicts.get(pin);
  if (gates === undefined) {
    const names = versions
      .map((version) => version.version)
      .toReversed()
      .join(', ');
    const why = unusable[pin];
    const words = why === undefined ? 'does not exist' : `is in storage and cannot be used: ${why}`;
    return refusedPin(`${pin} ${words}${names === '' ? ' yet' : `; there are ${names}`}`);
  }
  if (allPassed(gates)) return undefined;
  return refusedPin(`${pin} did not pass its gates: ${failedGates(gates)}`);
}

function refusedPin(message: string): Finding {
  return { reason: REASON.pinnedVersionRefused, message: `spec.promotion.version: ${message}` };
}

function judgeLatest(input: PromotionInput, verdicts: ReadonlyMap<string, readonly GateVerdict[]>): Verdict {
  const [latest] = input.versions;
  if (latest === undefined)
    return { status: 'Unknown', reason: REASON.noVersion, message: 'no version is trained yet' };
  const gates = verdicts.get(latest.version) ?? [];
  const { version } = latest;
  if (!allPassed(gates)) return isFalse(REASON.gatesFailed, refusal(input, version, gates));
  const champion = input.versions.find((each) => each.version === input.serving);
  const added = newFeatures(latest, champion);
  const isPinned = input.model.spec.promotion.version === version;
  if (added.length > 0 && champion !== undefined && !isPinned && isNewer(version, champion.version)) {
    const words = `${version} needs ${added.join(', ')}, which callers of ${champion.version} do not send`;
    return isFalse(REASON.schemaChanged, `${words}: pin it with spec.promotion.version once they do`);
  }
  return isTrue(
    REASON.gatesPassed,
    `${version} passed ${count(gates.length, 'gate')}${manualHint(input, version)}`,
  );
}

/** With Manual a version that passed waits for a person, who has to be told so. */
function manualHint({ model, serving }: PromotionInput, version: string): string {
  const { policy, version: pin } = model.spec.promotion;
  if (policy !== 'Manual' || pin !== undefined || version === serving) return '';
  return `; spec.promotion.policy is Manual: set spec.promotion.version to ${version} to let it serve`;
}

function isNewer(version: string, serving: string | undefined): boolean {
  return serving !== undefined && versionNumber(version) > versionNumber(serving);
}

/** One sentence: which gate, by how much, and what serves instead. */
function refusal({ serving }: PromotionInput, version: string, gates: readonly GateVerdict[]): string {
  const instead = serving === undefined || serving === version ? '' : `; ${serving} keeps serving`;
  const compared = gates.some((gate) => gate.reason === 'NotCompared');
  const remedy = compared
    ? ` (the annotation ${ANNOTATION.retrainRequestedAt} trains and compares anew)`
    : '';
  const verb = serving === version ? 'serves, but would not pass today' : 'is refused';
  return `${version} ${verb}: ${failedGates(gates)}${remedy}${instead}`;
}

function failedGates(gates: readonly GateVerdict[]): string {
  return gates
    .filter((gate) => !gate.passed)
    .map((gate) => gate.message)
    .join('; ');
}

function count(n: number, noun: string): string {
  return n === 1 ? `its ${noun}` : `all ${n} ${noun}s`;
}
