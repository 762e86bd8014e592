import { type Prediction, SHADOW_ERRORS, type ShadowError, type ShadowReport } from '@stockout/contracts';
import type { CandidateAnswer } from './candidate.ts';
import { addDuration, durationFigures, type Durations, noDurations, sumDurations } from './durations.ts';

/** Versions that are named at the most. */
const MOST_VERSIONS = 8;

type Figures = Pick<
  ShadowReport,
  'candidateVersions' | 'requests' | 'errors' | 'errorRate' | 'scoreShift' | 'labelFlips' | 'latency'
>;

/** What two versions made of the same rows, added up: plain, so that it can change processes. */
export interface ComparisonTotals {
  versions: string[];
  compared: number;
  dropped: number;
  errors: Record<ShadowError, number>;
  /** Absolute differences of the two scores. */
  shift: number;
  largest: number;
  flips: number;
  candidate: Durations;
  serving: Durations;
}

/** What two versions make of the same rows. */
export class Comparison {
  readonly totals: ComparisonTotals = nothingCompared();

  /**
   * @param ours what we say of the row
   * @param milliseconds that our own answer took; NaN where that is not known
   */
  add(answer: CandidateAnswer, ours: Prediction, milliseconds: number): void {
    const { totals } = this;
    if (answer.version !== undefined) addVersions(totals, [answer.version]);
    addDuration(totals.candidate, answer.milliseconds);
    if (!Number.isNaN(milliseconds)) addDuration(totals.serving, milliseconds);
    if (answer.error === undefined) this.#compare(answer.prediction, ours);
    else totals.errors[answer.error]++;
  }

  drop(): void {
    this.totals.dropped++;
  }

  #compare(theirs: Prediction, ours: Prediction): void {
    const { totals } = this;
    const shift = Math.abs(theirs.stockout_risk_score - ours.stockout_risk_score);
    totals.compared++;
    totals.shift += shift;
    totals.largest = Math.max(totals.largest, shift);
    if (theirs.stockout_risk_label !== ours.stockout_risk_label) totals.flips++;
  }
}

export function sumComparisons(all: readonly ComparisonTotals[]): ComparisonTotals {
  const sum = nothingCompared();
  for (const each of all) {
    addVersions(sum, each.versions);
    sum.compared += each.compared;
    sum.dropped += each.dropped;
    for (const kind of SHADOW_ERRORS) sum.errors[kind] += each.errors[kind];
    sum.shift += each.shift;
    sum.largest = Math.max(sum.largest, each.largest);
    sum.flips += each.flips;
  }
  sum.candidate = sumDurations(all.map(({ candidate }) => candidate));
  sum.serving = sumDurations(all.map(({ serving }) => serving));
  return sum;
}

export function figuresOf(totals: ComparisonTotals): Figures {
  const { compared, dropped, shift, largest } = totals;
  const errors = SHADOW_ERRORS.reduce((sum, kind) => sum + totals.errors[kind], 0);
  const some = compared > 0;
  return {
    candidateVersions: [...totals.versions],
    requests: { compared, errors, dropped },
    errors: { ...totals.errors },
    errorRate: compared + errors === 0 ? null : errors / (compared + errors),
    scoreShift: { mean: some ? shift / compared : null, max: some ? largest : null },
    labelFlips: totals.flips,
    latency: { candidate: durationFigures(totals.candidate), serving: durationFigures(totals.serving) },
  };
}

function nothingCompared(): ComparisonTotals {
  const errors = Object.fromEntries(SHADOW_ERRORS.map((kind) => [kind, 0])) as Record<ShadowError, number>;
  const [candidate, serving] = [noDurations(), noDurations()];
  return {
    versions: [],
    compared: 0,
    dropped: 0,
    errors,
    shift: 0,
    largest: 0,
    flips: 0,
    candidate,
    serving,
  };
}

function addVersions({ versions }: ComparisonTotals, more: readonly string[]): void {
  for (const version of more) {
    if (versions.length < MOST_VERSIONS && !versions.includes(version)) versions.push(version);
  }
}
