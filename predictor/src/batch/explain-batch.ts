import type { Explainer } from '../explain/explainer.ts';
import { type RowReader, WHOLE_BODY } from '../features.ts';
import type { BatchFormat } from './batch-format.ts';
import { type BatchAnswer, summarise } from './score-batch.ts';

/** A row takes a tenth of a millisecond and a kilobyte of answer: ten times what it takes without. */
export const MOST_ROWS = 10_000;
/** An answer of some 80 MB: rows of a model of thousands of features are fewer at a time. */
const MOST_CONTRIBUTIONS = 1_000_000;

/** Rows in model order, one after another, NaN where a value is missing. */
interface RowsOfModel {
  matrix: Float32Array;
  count: number;
}

/** What rows were given, in their order. */
export interface ExplainedRows {
  scores: Float32Array;
  /** Of each row, as JSON in ASCII. */
  explanations: Uint8Array[];
}

export type ExplainRows = (rows: RowsOfModel) => ExplainedRows;

/** @param top how many contributions are listed of each row */
export function explainRows(
  { matrix, count }: RowsOfModel,
  explainer: Explainer,
  { top, width }: { top: number; width: number },
): ExplainedRows {
  const scores = new Float32Array(count);
  const explanations: Uint8Array[] = [];
  for (let row = 0; row < count; row++) {
    const { stockout_risk_score: score, explanation } = explainer.explain(matrix, row * width, top);
    scores[row] = score;
    explanations.push(Buffer.from(JSON.stringify(explanation), 'latin1'));
  }
  return { scores, explanations };
}

/**
 * @param listed how many contributions of each row are
 * @returns undefined for so many rows as are explained at a time
 */
export function complainOfRows(count: number, listed: number): string | undefined {
  const most = mostRows(listed);
  if (count <= most) return undefined;
  return `has ${count} rows, and ${most} are explained at a time: send fewer, or leave out ?explain`;
}

function mostRows(listed: number): number {
  return Math.min(MOST_ROWS, Math.floor(MOST_CONTRIBUTIONS / listed));
}

/** Of a row's JSON without its contributions, the sentence included; and of one without the feature's name. */
const [ROW_BYTES, CONTRIBUTION_BYTES] = [600, 90];

/**
 * What the answer to a body with explanations may take, about: half as much again as is usual.
 * @param body bytes
 * @param explain how many contributions of each row are asked for
 */
export function explainedBytes(body: number, features: readonly { name: string }[], explain: number): number {
  const listed = Math.min(explain, features.length);
  const longest = Math.max(...features.map(({ name }) => name.length));
  // No way to write a value takes less than a byte.
  const rows = Math.min(mostRows(listed), Math.ceil(body / features.length));
  return rows * (ROW_BYTES + listed * (CONTRIBUTION_BYTES + longest));
}

/** The answer to a whole body, the rows of which are scored and explained. */
export function explainWhole(
  format: BatchFormat,
  body: Buffer,
  reader: RowReader,
  { explain, listed, threshold }: { explain: ExplainRows; listed: number; threshold: number },
): BatchAnswer {
  const rows = format.read(body, reader);
  if (rows.kind !== 'rows') return rows;
  const message = complainOfRows(rows.count, listed);
  if (message !== undefined) return { kind: 'wrong', errors: [{ field: WHOLE_BODY, message }] };
  const explained = explain(rows);
  const answer = format.renderExplained(explained, threshold);
  return { kind: 'scored', body: answer, summary: summarise(explained.scores, threshold) };
}
