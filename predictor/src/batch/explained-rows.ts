import type { ExplainedRows } from './explain-batch.ts';
import { joinBytes } from './join-bytes.ts';
import { labelOf, renderPrediction } from './score-batch.ts';

/** Predictions with their explanations as a JSON array, in the order of the rows; the bytes have memory of their own. */
export function renderExplainedRows(rows: ExplainedRows, threshold: number): Uint8Array {
  const parts = [ascii('[')];
  for (const row of rows.explanations.keys())
    parts.push(ascii(row === 0 ? '' : ','), ...explained(rows, row, threshold));
  return joinBytes([...parts, ascii(']')]);
}

/** The same as a line each: NDJSON. */
export function renderExplainedLines(rows: ExplainedRows, threshold: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const row of rows.explanations.keys()) parts.push(...explained(rows, row, threshold), ascii('\n'));
  return joinBytes(parts);
}

/** MLflow's answer, with the explanations beside the risks, as many and in the same order. */
export function renderExplainedInvocation({ scores, explanations }: ExplainedRows): Uint8Array {
  const parts = [ascii(`{"predictions": [${scores.join(', ')}], "explanations": [`)];
  for (const [row, explanation] of explanations.entries())
    parts.push(ascii(row === 0 ? '' : ', '), explanation);
  return joinBytes([...parts, ascii(']}')]);
}

function explained(
  { scores, explanations }: ExplainedRows,
  row: number,
  threshold: number,
): [Uint8Array, Uint8Array, Uint8Array] {
  const score = scores[row] as number;
  const prediction = renderPrediction(score, labelOf(score, threshold));
  // In front of its closing brace.
  return [ascii(`${prediction.slice(0, -1)},"explanation":`), explanations[row] as Uint8Array, ascii('}')];
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}
