/** Requests of callers that a predictor answered. */
export interface RequestCounts {
  total: number;
  /** Answered with a status of 500 or more. */
  errors: number;
}

// Within a line and bounded: whoever answers may send text that makes the search start over at every line.
const SERIES = /^http_request_duration_seconds_count\{([^}\n]{0,500})\} (\S{1,32})$/gm;

/** @param metrics of a predictor, in Prometheus' text format. @throws Error where it counts with what is no number */
export function readRequestCounts(metrics: string): RequestCounts {
  const counts: RequestCounts = { total: 0, errors: 0 };
  for (const [, labels = '', text = ''] of metrics.matchAll(SERIES)) {
    const value = Number(text);
    if (!Number.isFinite(value)) throw new Error('its answer is not what a predictor answers');
    counts.total += value;
    if (/(?:^|,)code="5\d\d"/.test(labels)) counts.errors += value;
  }
  return counts;
}

/** What came in between two looks; of a process that was started anew all that it counts. */
export function countsSince(before: RequestCounts, now: RequestCounts): RequestCounts {
  if (now.total < before.total || now.errors < before.errors) return now;
  return { total: now.total - before.total, errors: now.errors - before.errors };
}
