import type { DriftReport } from '@stockout/contracts';
import { Gauge, type Registry } from 'prom-client';

/** Drift as it stands when Prometheus asks. What cannot be told is absent, never NaN. */
export class DriftMetrics {
  #report: (() => DriftReport | undefined) | undefined;

  /** @param aggregator how the figures of several processes make one: `omit`, where their sum tells nothing */
  constructor(registry: Registry, aggregator: 'omit' | 'first' = 'omit') {
    const reported = (): DriftReport | undefined => this.#report?.();
    const shared = { registers: [registry], aggregator };
    const features = new Gauge({
      ...shared,
      name: 'stockout_feature_psi',
      help: 'Population stability index of a feature: what was served lately against the training rows',
      labelNames: ['feature'],
      collect() {
        features.reset();
        for (const [feature, { psi }] of Object.entries(reported()?.features ?? {})) {
          if (psi !== null) features.set({ feature }, psi);
        }
      },
    });
    const score = new Gauge({
      ...shared,
      name: 'stockout_score_psi',
      help: "Population stability index of the scores: those given lately against those of the version's test rows",
      labelNames: [],
      collect() {
        score.remove();
        const psi = reported()?.score.psi;
        if (psi != null) score.set(psi);
      },
    });
    const rows = new Gauge({
      ...shared,
      name: 'stockout_drift_rows',
      help: 'Rows within the window that drift is told from',
      collect() {
        rows.set(reported()?.rows ?? 0);
      },
    });
  }

  /** Called at every scrape. */
  of(report: () => DriftReport | undefined): void {
    this.#report = report;
  }
}
