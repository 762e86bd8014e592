import type { ShadowReport } from '@stockout/contracts';

/** What serving pods say of a candidate, of all of them together. NaN is what cannot be told. */
export interface ShadowFigures {
  /** Answered by the candidate, with a score or an error. */
  requests: number;
  /** From 0 to 1. */
  errorRate: number;
  /** Milliseconds: that of the pod which saw the longest, since quantiles do not add up. */
  p99: number;
  /** Mean absolute difference of two scores of a row, from 0 to 1. */
  scoreShift: number;
}

/** @param reports of comparisons, each of other requests than the others' */
export function addUp(reports: readonly ShadowReport[]): ShadowFigures {
  const compared = sum(reports, ({ requests }) => requests.compared);
  const errors = sum(reports, ({ requests }) => requests.errors);
  const shift = sum(reports, ({ requests, scoreShift }) =>
    requests.compared === 0 ? 0 : requests.compared * (scoreShift.mean ?? Number.NaN),
  );
  const latencies = reports
    .map(({ latency }) => latency.candidate)
    .filter(({ count }) => count > 0)
    .map(({ p99 }) => p99 ?? Number.NaN);
  return {
    requests: compared + errors,
    errorRate: errors / (compared + errors),
    p99: latencies.length === 0 ? Number.NaN : Math.max(...latencies),
    scoreShift: shift / compared,
  };
}

function sum(reports: readonly ShadowReport[], of: (report: ShadowReport) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}
