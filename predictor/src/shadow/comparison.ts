import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { type Prediction, SHADOW_ERRORS, type ShadowError, type ShadowReport } from '@stockout/contracts';
import type { CandidateAnswer } from './candidate.ts';

/** Versions that are named at the most. */
const MOST_VERSIONS = 8;
/** Durations are kept in microseconds, up to ten minutes. */
const PER_MILLISECOND = 1_000;
const LONGEST = 600_000_000;

type Figures = Pick<
  ShadowReport,
  'candidateVersions' | 'requests' | 'errors' | 'errorRate' | 'scoreShift' | 'labelFlips' | 'latency'
>;

/** What two versions made of the same rows, added up. */
export class Comparison {
  readonly #errors = Object.fromEntries(SHADOW_ERRORS.map((kind) => [kind, 0])) as Record<
    ShadowError,
    number
  >;
  readonly #versions = new Set<string>();
  readonly #candidate = new Durations();
  readonly #serving = new Durations();
  #compared = 0;
  #failed = 0;
  #dropped = 0;
  #shift = 0;
  #largest = 0;
  #flips = 0;

  /**
   * @param ours what we say of the row
   * @param milliseconds that our own answer took; NaN where that is not known
   */
  add(answer: CandidateAnswer, ours: Prediction, milliseconds: number): void {
    if (answer.version !== undefined && this.#versions.size < MOST_VERSIONS)
      this.#versions.add(answer.version);
    this.#candidate.add(answer.milliseconds);
    if (!Number.isNaN(milliseconds)) this.#serving.add(milliseconds);
    if (answer.error === undefined) this.#compare(answer.prediction, ours);
    else {
      this.#failed++;
      this.#errors[answer.error]++;
    }
  }

  drop(): void {
    this.#dropped++;
  }

  figures(): Figures {
    const [compared, errors] = [this.#compared, this.#failed];
    const some = compared > 0;
    return {
      candidateVersions: [...this.#versions],
      requests: { compared, errors, dropped: this.#dropped },
      errors: { ...this.#errors },
      errorRate: compared + errors === 0 ? null : errors / (compared + errors),
      scoreShift: { mean: some ? this.#shift / compared : null, max: some ? this.#largest : null },
      labelFlips: this.#flips,
      latency: { candidate: this.#candidate.figures(), serving: this.#serving.figures() },
    };
  }

  #compare(theirs: Prediction, ours: Prediction): void {
    const shift = Math.abs(theirs.stockout_risk_score - ours.stockout_risk_score);
    this.#compared++;
    this.#shift += shift;
    this.#largest = Math.max(this.#largest, shift);
    if (theirs.stockout_risk_label !== ours.stockout_risk_label) this.#flips++;
  }
}

/** Durations in Node's own histogram, which keeps three digits of each. */
class Durations {
  readonly #histogram: RecordableHistogram = createHistogram({ highest: LONGEST });

  add(milliseconds: number): void {
    // It takes whole numbers from 1 on.
    this.#histogram.record(Math.min(LONGEST, Math.max(1, Math.round(milliseconds * PER_MILLISECOND))));
  }

  figures(): ShadowReport['latency']['candidate'] {
    const { count } = this.#histogram;
    if (count === 0) return { count, p50: null, p99: null };
    const at = (percent: number): number => this.#histogram.percentile(percent) / PER_MILLISECOND;
    return { count, p50: at(50), p99: at(99) };
  }
}
