import { Drift } from './drift/drift.ts';
import type { Model } from './model.ts';
import type { Runtime } from './runtime.ts';
import { Shadow } from './shadow/shadow.ts';
import { summarise, type TrafficSummary } from './traffic-summary.ts';

type TrafficRuntime = Pick<Runtime, 'limits' | 'workers' | 'keys' | 'certificate' | 'gate' | 'metrics'>;

/** What becomes of the rows that are served, besides their answers: drift is told from them, a candidate is shown them. */
export class Traffic {
  readonly drift: Drift;
  readonly shadow: Shadow;
  readonly #width: number;

  constructor(model: Model, { limits, workers, keys, certificate, gate, metrics }: TrafficRuntime) {
    const { perMinute = Infinity } = gate.limiter ?? {};
    this.drift = new Drift(model.manifest, { windowMs: limits.driftMs, windowRows: limits.driftRows });
    this.shadow = new Shadow({
      model,
      keys,
      certificate,
      metrics: metrics.shadow,
      limits: {
        sockets: limits.shadowSockets,
        perSecond: limits.shadowPerSecond,
        queued: limits.shadowQueued,
        deadlineMs: limits.shadowDeadlineMs,
      },
      // Of what it grants one key a half, for all of us together: rows that it refuses for that would count against it.
      callerPerSecond: Math.min(limits.shadowPerSecond, perMinute / 120 / workers),
    });
    this.#width = model.width;
  }

  /**
   * One row that was answered.
   * @param milliseconds that its answer took
   */
  row(matrix: Float32Array, offset: number, score: number, milliseconds: number): void {
    this.drift.row(matrix, offset, score);
    this.shadow.row(matrix, offset, milliseconds);
  }

  /** Rows that were answered together. */
  rows(matrix: Float32Array, scores: Float32Array): void {
    this.summary(summarise(this.drift.bins, matrix, scores));
  }

  summary({ rows, counts, sample }: TrafficSummary): void {
    this.drift.add(counts, rows);
    for (let at = 0; at < sample.length; at += this.#width) this.shadow.row(sample, at, Number.NaN);
  }

  close(): void {
    this.shadow.stop();
  }
}
