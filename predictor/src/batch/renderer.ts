import { labelOf, renderPrediction } from './score-batch.ts';

/** Writes scores as a body of one kind, which is sent in parts. */
export interface Renderer {
  readonly head: Uint8Array;
  rows(scores: Float32Array): Uint8Array;
  readonly tail: Uint8Array;
}

const NOTHING = Buffer.alloc(0);

/** A line a row, as text. */
class LineRenderer implements Renderer {
  readonly head: Uint8Array;
  readonly tail: Uint8Array = NOTHING;
  readonly #threshold: number;
  readonly #line: (score: number, label: 0 | 1) => string;

  constructor(threshold: number, head: string, line: (score: number, label: 0 | 1) => string) {
    this.head = Buffer.from(head);
    this.#threshold = threshold;
    this.#line = line;
  }

  rows(scores: Float32Array): Uint8Array {
    let text = '';
    for (const score of scores) text += this.#line(score, labelOf(score, this.#threshold));
    return Buffer.from(text, 'latin1');
  }
}

export function ndjsonRenderer(threshold: number): Renderer {
  return new LineRenderer(threshold, '', (score, label) => `${renderPrediction(score, label)}\n`);
}

export function csvRenderer(threshold: number): Renderer {
  const head = 'stockout_risk_score,stockout_risk_label\n';
  return new LineRenderer(threshold, head, (score, label) => `${score},${label}\n`);
}
