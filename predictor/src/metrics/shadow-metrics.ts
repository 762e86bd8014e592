import type { Prediction, ShadowError } from '@stockout/contracts';
import { Counter, Histogram, type Registry } from 'prom-client';

const SHIFTS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1];
const SECONDS = [1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

interface Answer {
  milliseconds: number;
  error: ShadowError | undefined;
  prediction?: Prediction;
}

/** What a candidate made of the rows that it was sent, over all comparisons of this process. */
export class ShadowMetrics {
  readonly #requests: Counter;
  readonly #flips: Counter;
  readonly #shift: Histogram;
  readonly #seconds: Histogram;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'stockout_shadow_requests_total',
      help: 'Rows for the candidate: compared, dropped unsent, or the error that came of them',
      labelNames: ['outcome'],
      registers,
    });
    this.#flips = new Counter({
      name: 'stockout_shadow_label_flips_total',
      help: 'Compared rows that the candidate gave the other label',
      registers,
    });
    this.#shift = new Histogram({
      name: 'stockout_shadow_score_shift',
      help: "Absolute difference of the candidate's score and ours on the same row",
      buckets: SHIFTS,
      registers,
    });
    this.#seconds = new Histogram({
      name: 'stockout_shadow_duration_seconds',
      help: "Seconds from sending a row to the candidate's whole answer, failures included",
      buckets: SECONDS,
      registers,
    });
  }

  answered({ milliseconds, error, prediction }: Answer, ours: Prediction): void {
    this.#requests.inc({ outcome: error ?? 'compared' });
    this.#seconds.observe(milliseconds / 1000);
    if (prediction === undefined) return;
    this.#shift.observe(Math.abs(prediction.stockout_risk_score - ours.stockout_risk_score));
    if (prediction.stockout_risk_label !== ours.stockout_risk_label) this.#flips.inc();
  }

  dropped(): void {
    this.#requests.inc({ outcome: 'dropped' });
  }
}
