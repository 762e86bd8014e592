// Apart from the metrics: workers count too, and have no need of prom-client.

export const SCORE_BOUNDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1];

/** What a batch's scores add up to, counted where they are made. */
export interface ScoreSummary {
  rows: number;
  atRisk: number;
  counts: Float64Array;
  sum: number;
}
