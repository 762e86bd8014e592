import { type FieldError, MAX_ERRORS, type RowReader } from '../features.ts';
import { SCORE_BOUNDS, type ScoreSummary } from '../metrics/score-summary.ts';
import { Tally } from '../metrics/tally-histogram.ts';
import { NotJsonError } from '../parse-json.ts';
import { NotRowsError, parseRows } from './parse-rows.ts';
import { UnreadableError } from './part-reader.ts';

/** What becomes of one /predict/batch body. */
export type BatchAnswer = { kind: 'scored'; body: Uint8Array; summary: ScoreSummary } | Refusal;

/** Why a body is not scored. */
export type Refusal =
  | { kind: 'notJson'; why: string; errors: FieldError[] }
  /** Not of the kind that the request says, as CSV. */
  | { kind: 'unreadable'; what: string; why: string }
  | { kind: 'wrong'; errors: FieldError[] };

export interface Rows {
  kind: 'rows';
  matrix: Float32Array;
  count: number;
}

/** Reads a JSON array of rows: all of them are right, or the batch is refused with what is wrong. */
export function readBatch(body: Buffer, reader: RowReader): Rows | Refusal {
  const { width } = reader;
  // The body holds no more rows than that; only what is written takes memory.
  const matrix = new Float32Array(width * Math.ceil(body.length / reader.shortest));
  const errors: FieldError[] = [];
  let count = 0;
  try {
    for (const row of parseRows(body)) {
      if (!reader.read(row, matrix, errors.length === 0 ? count * width : 0)) {
        errors.push(...reader.explain(row, `[${count}]`).slice(0, MAX_ERRORS - errors.length));
        if (errors.length >= MAX_ERRORS) break;
      }
      count++;
    }
  } catch (error) {
    return refusalOf(error, errors);
  }
  return errors.length > 0 ? { kind: 'wrong', errors } : { kind: 'rows', matrix, count };
}

/**
 * @param before what was found wrong before the error
 * @throws the error when it is not about the body
 */
export function refusalOf(error: unknown, before: FieldError[] = []): Refusal {
  if (error instanceof NotJsonError) return { kind: 'notJson', why: error.message, errors: error.errors };
  if (error instanceof UnreadableError) return { kind: 'unreadable', what: error.what, why: error.message };
  if (error instanceof NotRowsError) return { kind: 'wrong', errors: [...before, ...error.errors] };
  throw error;
}

/** Characters of one rendered prediction at the most, the comma included. */
const WIDEST = renderPrediction(-1.2345678901234567e-100, 1).length + 1;

/** Predictions as a JSON array, in the order of the rows. Its bytes have memory of their own, which can change threads. */
export function renderBatch(scores: Float32Array, threshold: number): Uint8Array {
  // One buffer rather than a string a row: a million rows would take a gigabyte of heap.
  const json = Buffer.allocUnsafeSlow(2 + scores.length * WIDEST);
  let end = json.write('[');
  for (const [index, score] of scores.entries()) {
    const prediction = renderPrediction(score, labelOf(score, threshold));
    end += json.write((index === 0 ? '' : ',') + prediction, end, 'latin1');
  }
  end += json.write(']', end);
  return new Uint8Array(json.buffer.transfer(end));
}

export function summarise(scores: Float32Array, threshold: number): ScoreSummary {
  const tally = new Tally(SCORE_BOUNDS);
  let atRisk = 0;
  for (const score of scores) {
    atRisk += labelOf(score, threshold);
    tally.observe(score);
  }
  return { rows: scores.length, atRisk, ...tally.snapshot() };
}

export function labelOf(score: number, threshold: number): 0 | 1 {
  return score >= threshold ? 1 : 0;
}

export function renderPrediction(score: number, label: 0 | 1): string {
  return `{"stockout_risk_score":${score},"stockout_risk_label":${label}}`;
}
