import { allPassed, type Comparison, type GateVerdict } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { type Finding, isFalse, isTrue, REASON, type Verdict } from '../conditions.ts';
import { ANNOTATION } from '../resources/names.ts';
import type { Pair } from '../resources/run-names.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import { isNewer, judgeVersion, lacksComparison } from './judging.ts';

export interface PromotionPlan {
  /** What is to serve: the champion, a better candidate, or what is pinned. */
  target: VersionRecord | undefined;
  /** Of every version, by its name. */
  verdicts: ReadonlyMap<string, readonly GateVerdict[]>;
  /** Of the condition GatesPassed: about the latest version. */
  verdict: Verdict;
  /** Why the pinned version does not serve. */
  pinRefused: Finding | undefined;
  /** The comparison on which it depends what is to serve, if one is missing. */
  uncompared: Pair | undefined;
}

export interface PromotionInput {
  model: StockoutModel;
  /** Newest first. */
  versions: readonly VersionRecord[];
  /** The name of the version that serves. */
  serving: string | undefined;
  /** What versions were compared with since they were trained. */
  comparisons?: readonly Comparison[] | undefined;
  /** Versions in storage that did not go on record, each with why. */
  unusable?: Readonly<Record<string, string>> | undefined;
}

type Verdicts = PromotionPlan['verdicts'];
type Choice = Pick<PromotionPlan, 'target' | 'pinRefused' | 'uncompared'>;

/** Which version is to serve, by the gates and by what the spec says of promotion. */
export function planPromotion(input: PromotionInput): PromotionPlan {
  const { model, versions } = input;
  const verdicts = new Map(versions.map((version) => [version.version, judgeVersion(input, version)]));
  const verdict = judgeLatest(input, verdicts);
  const { version: pin } = model.spec.promotion;
  const choice = pin === undefined ? chooseBest(input, verdicts) : choosePinned(input, verdicts, pin);
  return { ...choice, verdicts, verdict };
}

/** The newest version that passed and is newer than what serves. */
function chooseBest(input: PromotionInput, verdicts: Verdicts): Choice {
  const { model, serving } = input;
  const challengers = model.spec.promotion.policy === 'Automatic' ? findChallengers(input) : [];
  const successor = challengers.find(({ version }) => allPassed(verdicts.get(version) ?? []));
  const uncompared = findUncompared(challengers, verdicts, serving);
  return { target: successor ?? championIn(input), pinRefused: undefined, uncompared };
}

function choosePinned(input: PromotionInput, verdicts: Verdicts, pin: string): Choice {
  const { versions, serving } = input;
  const pinned = versions.filter(({ version }) => version === pin);
  const pinRefused = pin === serving ? undefined : refusePin(input, verdicts, pin);
  const target = pinRefused === undefined ? pinned[0] : championIn(input);
  return { target, pinRefused, uncompared: findUncompared(pinned, verdicts, serving) };
}

function championIn({ versions, serving }: PromotionInput): VersionRecord | undefined {
  return versions.find((version) => version.version === serving);
}

/** Newest first: those newer than what serves whose callers need send nothing new. */
function findChallengers(input: PromotionInput): VersionRecord[] {
  const { versions, serving } = input;
  const champion = championIn(input);
  return versions.filter(
    (version) =>
      (serving === undefined || isNewer(version.version, serving)) &&
      newFeatures(version, champion).length === 0,
  );
}

/** Nothing depends on versions that come after one which passes. */
function findUncompared(
  candidates: readonly VersionRecord[],
  verdicts: Verdicts,
  champion: string | undefined,
): Pair | undefined {
  if (champion === undefined) return undefined;
  for (const { version } of candidates) {
    const gates = verdicts.get(version) ?? [];
    if (allPassed(gates)) return undefined;
    if (lacksComparison(gates)) return { version, champion };
  }
  return undefined;
}

/** Features that callers of the champion do not send. */
function newFeatures(version: VersionRecord, champion: VersionRecord | undefined): string[] {
  if (champion === undefined) return [];
  return version.features.filter((feature) => !champion.features.includes(feature));
}

function refusePin(
  { versions, unusable = {} }: PromotionInput,
  verdicts: Verdicts,
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

function judgeLatest(input: PromotionInput, verdicts: Verdicts): Verdict {
  const [latest] = input.versions;
  if (latest === undefined)
    return { status: 'Unknown', reason: REASON.noVersion, message: 'no version is trained yet' };
  const gates = verdicts.get(latest.version) ?? [];
  const { version } = latest;
  if (!allPassed(gates)) return isFalse(REASON.gatesFailed, refusal(input, version, gates));
  const champion = championIn(input);
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
