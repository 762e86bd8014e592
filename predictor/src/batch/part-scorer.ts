import type { FieldError } from '../features.ts';
import type { ScoreSummary } from '../metrics/score-summary.ts';
import { releaseMemory } from '../release-memory.ts';
import { joinBytes } from './join-bytes.ts';
import type { PartReader } from './part-reader.ts';
import type { Renderer } from './renderer.ts';
import { type BatchAnswer, refusalOf, summarise } from './score-batch.ts';
import type { StreamScorer } from './stream-kind.ts';

/** Scores rows in model order. */
export type ScoreRows = (matrix: Float32Array, count: number) => Promise<Float32Array>;

/** One body that arrives in parts: what is whole of it is scored and rendered, part by part. */
export class PartScorer implements StreamScorer {
  readonly #reader: PartReader;
  readonly #renderer: Renderer;
  readonly #score: ScoreRows;
  readonly #threshold: number;
  #begun = false;

  constructor(reader: PartReader, renderer: Renderer, score: ScoreRows, threshold: number) {
    this.#reader = reader;
    this.#renderer = renderer;
    this.#score = score;
    this.#threshold = threshold;
  }

  async next(bytes: Buffer, last: boolean): Promise<BatchAnswer> {
    const scores: Float32Array[] = [];
    const errors: FieldError[] = [];
    try {
      for (const { matrix, count, errors: wrong } of this.#reader.read(bytes, last)) {
        errors.push(...wrong);
        if (errors.length > 0) break;
        if (count > 0) scores.push(await this.#score(matrix, count));
        releaseMemory(matrix);
      }
    } catch (error) {
      return refusalOf(error, errors);
    }
    return errors.length > 0 ? { kind: 'wrong', errors } : this.#render(scores, last);
  }

  #render(blocks: Float32Array[], last: boolean): BatchAnswer {
    const scores = joined(blocks);
    const parts = [this.#begun ? EMPTY : this.#renderer.head];
    if (scores.length > 0) parts.push(this.#renderer.rows(scores));
    if (last) parts.push(this.#renderer.tail);
    this.#begun = true;
    const summary: ScoreSummary = summarise(scores, this.#threshold);
    return { kind: 'scored', body: joinBytes(parts), summary };
  }
}

const EMPTY = new Uint8Array();

function joined(blocks: Float32Array[]): Float32Array {
  if (blocks.length === 1) return blocks[0] as Float32Array;
  const all = new Float32Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const block of blocks) {
    all.set(block, offset);
    offset += block.length;
  }
  return all;
}
