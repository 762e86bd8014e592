import type { RowReader } from '../features.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import { PartScorer, type ScoreRows } from './part-scorer.ts';
import { csvRenderer, ndjsonRenderer } from './renderer.ts';
import type { BatchAnswer } from './score-batch.ts';

/** Kinds of bodies that are scored part by part, by their media types. The answer is of the same kind. */
export const STREAM_KINDS = {
  'application/x-ndjson': 'ndjson',
  'text/csv': 'csv',
  'application/vnd.apache.arrow.stream': 'arrow',
} as const;

export type StreamKind = (typeof STREAM_KINDS)[keyof typeof STREAM_KINDS];

/** One body that arrives in parts. */
export interface StreamScorer {
  /** The answer's next part, or why the rows are refused: then nothing more of this body is to come. */
  next(bytes: Buffer, last: boolean): Promise<BatchAnswer>;
}

/** Reader and renderer of one kind; what only few callers need is loaded for the first of them. */
export async function openPartScorer(
  kind: StreamKind,
  rows: RowReader,
  score: ScoreRows,
  threshold: number,
): Promise<PartScorer> {
  if (kind === 'ndjson')
    return new PartScorer(new NdjsonReader(rows), ndjsonRenderer(threshold), score, threshold);
  if (kind === 'csv') {
    const { CsvReader } = await import('./csv-reader.ts');
    return new PartScorer(new CsvReader(rows.features), csvRenderer(threshold), score, threshold);
  }
  const { ArrowReader } = await import('./arrow-reader.ts');
  const { ArrowRenderer } = await import('./arrow-renderer.ts');
  return new PartScorer(new ArrowReader(rows.features), new ArrowRenderer(threshold), score, threshold);
}
