import type { RowReader } from '../features.ts';
import { releaseMemory } from '../release-memory.ts';
import type { ExplainRows } from './explain-batch.ts';
import { renderExplainedLines } from './explained-rows.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import { type BatchAnswer, refusalOf, summarise } from './score-batch.ts';
import type { StreamScorer } from './stream-kind.ts';

/** NDJSON that arrives in parts: the rows that are whole of it are scored and explained, part by part. */
export class ExplainedLines implements StreamScorer {
  readonly #reader: NdjsonReader;
  readonly #explain: ExplainRows;
  readonly #threshold: number;

  constructor(rows: RowReader, explain: ExplainRows, threshold: number) {
    this.#reader = new NdjsonReader(rows);
    this.#explain = explain;
    this.#threshold = threshold;
  }

  async next(bytes: Buffer, last: boolean): Promise<BatchAnswer> {
    try {
      const [block] = this.#reader.read(bytes, last);
      if (block.errors.length > 0) return { kind: 'wrong', errors: block.errors };
      const explained = this.#explain(block);
      releaseMemory(block.matrix);
      const summary = summarise(explained.scores, this.#threshold);
      return { kind: 'scored', body: renderExplainedLines(explained, this.#threshold), summary };
    } catch (error) {
      return refusalOf(error);
    }
  }
}
