import { type FieldError, MAX_ERRORS, type RowReader, WHOLE_ROW } from '../features.ts';
import type { ScoreSummary } from '../metrics/predictor-metrics.ts';
import { SCORE_BOUNDS } from '../metrics/predictor-metrics.ts';
import { Tally } from '../metrics/tally-histogram.ts';

/** What becomes of one /predict/batch body. */
export type BatchAnswer =
  | { kind: 'scored'; json: string; summary: ScoreSummary }
  | { kind: 'notJson'; why: string }
  | { kind: 'wrong'; errors: FieldError[] };

export interface Rows {
  kind: 'rows';
  matrix: Float32Array;
  count: number;
}

/** Parses and checks a JSON array of rows: all of them are right, or the batch is refused with what is wrong. */
export function readBatch(text: string, reader: RowReader, featureCount: number): Rows | BatchAnswer {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    return { kind: 'notJson', why: (error as Error).message };
  }
  if (!Array.isArray(rows)) {
    return { kind: 'wrong', errors: [{ field: WHOLE_ROW, message: 'must be an array of rows' }] };
  }
  const matrix = new Float32Array(rows.length * featureCount);
  const errors: FieldError[] = [];
  for (const [index, row] of rows.entries()) {
    if (reader.read(row, matrix, index * featureCount)) continue;
    errors.push(...reader.explain(row, `[${index}]`).slice(0, MAX_ERRORS - errors.length));
    if (errors.length >= MAX_ERRORS) break;
  }
  return errors.length > 0 ? { kind: 'wrong', errors } : { kind: 'rows', matrix, count: rows.length };
}

/** The answer for scored rows, in their order. */
export function renderBatch(scores: Float32Array, threshold: number): BatchAnswer {
  const tally = new Tally(SCORE_BOUNDS);
  const parts: string[] = [];
  let atRisk = 0;
  for (const score of scores) {
    const label = labelOf(score, threshold);
    atRisk += label;
    tally.observe(score);
    parts.push(renderPrediction(score, label));
  }
  const summary = { rows: scores.length, atRisk, ...tally.snapshot() };
  return { kind: 'scored', json: `[${parts.join(',')}]`, summary };
}

export function labelOf(score: number, threshold: number): 0 | 1 {
  return score >= threshold ? 1 : 0;
}

export function renderPrediction(score: number, label: 0 | 1): string {
  return `{"stockout_risk_score":${score},"stockout_risk_label":${label}}`;
}
