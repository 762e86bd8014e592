import type { RowReader } from '../features.ts';
import type { ExplainedRows } from './explain-batch.ts';
import { renderExplainedRows } from './explained-rows.ts';
import type { ScoreRows } from './part-scorer.ts';
import {
  type BatchAnswer,
  readBatch,
  type Refusal,
  renderBatch,
  type Rows,
  summarise,
} from './score-batch.ts';

/** How a body that is scored as a whole is read and answered. */
export interface BatchFormat {
  read(body: Buffer, reader: RowReader): Rows | Refusal;
  /** In a memory of its own, which can change threads. */
  render(scores: Float32Array, threshold: number): Uint8Array;
  /** The same for rows that are explained. */
  renderExplained(rows: ExplainedRows, threshold: number): Uint8Array;
}

/** A JSON array of rows; MLflow's JSON; MLflow's CSV. */
export type BatchFormatName = 'rows' | 'invocation' | 'invocationCsv';

const ROWS: BatchFormat = { read: readBatch, render: renderBatch, renderExplained: renderExplainedRows };

/** What only few callers need is loaded for the first of them. */
export async function batchFormat(name: BatchFormatName): Promise<BatchFormat> {
  if (name === 'rows') return ROWS;
  if (name === 'invocation') return (await import('../mlflow/invocation.ts')).INVOCATION;
  return (await import('../mlflow/invocation-csv.ts')).INVOCATION_CSV;
}

export async function scoreWhole(
  format: BatchFormat,
  body: Buffer,
  reader: RowReader,
  score: ScoreRows,
  threshold: number,
): Promise<BatchAnswer> {
  const rows = format.read(body, reader);
  if (rows.kind !== 'rows') return rows;
  const scores = await score(rows.matrix, rows.count);
  return { kind: 'scored', body: format.render(scores, threshold), summary: summarise(scores, threshold) };
}
