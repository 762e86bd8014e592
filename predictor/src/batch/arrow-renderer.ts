import { makeTable, tableToIPC } from 'apache-arrow';
import type { Renderer } from './renderer.ts';
import { labelOf } from './score-batch.ts';

/** The mark of the end: a message without metadata. */
const END = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** An Arrow IPC stream of 32-bit scores and 8-bit labels, as pyarrow and pandas read it. */
export class ArrowRenderer implements Renderer {
  // Of columns that have a value, since the library calls empty ones nullable.
  readonly head = schemaOf(streamOf(Float32Array.of(0), 0));
  readonly tail = END;
  readonly #threshold: number;

  constructor(threshold: number) {
    this.#threshold = threshold;
  }

  rows(scores: Float32Array): Uint8Array {
    return streamOf(scores, this.#threshold).subarray(this.head.length, -END.length);
  }
}

/** The first message: a prefix of 8 bytes, of which the last 4 are the length of what follows. */
function schemaOf(stream: Uint8Array): Uint8Array {
  return stream.subarray(0, 8 + Buffer.from(stream.buffer, stream.byteOffset).readInt32LE(4));
}

function streamOf(scores: Float32Array, threshold: number): Uint8Array {
  const labels = Int8Array.from(scores, (score) => labelOf(score, threshold));
  return tableToIPC(makeTable({ stockout_risk_score: scores, stockout_risk_label: labels }), 'stream');
}
