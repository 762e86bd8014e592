import { availableParallelism } from 'node:os';
// Ahead of the library.
import './no-telemetry.ts';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Rows at a time: bounds the runtime's own buffers, and costs nothing measurable. */
const CHUNK = 16_384;

/**
 * Scores rows with ONNX Runtime. `session.run` blocks the thread that calls it although it returns a promise:
 * for use in a worker.
 */
export class OnnxScorer {
  readonly #session: InferenceSession;
  readonly #featureCount: number;
  readonly #input: string;
  readonly #output: string;

  private constructor(session: InferenceSession, featureCount: number, input: string, output: string) {
    this.#session = session;
    this.#featureCount = featureCount;
    this.#input = input;
    this.#output = output;
  }

  /** @param threads within the model's computation; default all that the process may use */
  static async create(
    onnx: Uint8Array,
    featureCount: number,
    threads = availableParallelism(),
  ): Promise<OnnxScorer> {
    const session = await InferenceSession.create(onnx, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Threads that spin while they wait would take the CPU from the event loop.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    });
    const [input] = session.inputNames;
    const output = session.outputNames.find((name) => name !== 'label');
    if (input === undefined || output === undefined)
      throw new Error('model.onnx has no input or no score output');
    return new OnnxScorer(session, featureCount, input, output);
  }

  /** Probabilities of `rows` rows of `featureCount` 32-bit floats, NaN where a value is missing. */
  async score(matrix: Float32Array, rows: number): Promise<Float32Array> {
    const scores = new Float32Array(rows);
    for (let start = 0; start < rows; start += CHUNK) {
      const count = Math.min(CHUNK, rows - start);
      scores.set(await this.#scoreChunk(matrix, start, count), start);
    }
    return scores;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  async #scoreChunk(matrix: Float32Array, start: number, count: number): Promise<Float32Array> {
    const width = this.#featureCount;
    const values = matrix.subarray(start * width, (start + count) * width);
    const outputs = await this.#session.run({ [this.#input]: new Tensor('float32', values, [count, width]) });
    const data = outputs[this.#output]?.data as Float32Array;
    // One column of scores, or the probabilities of both classes with the stockout's last.
    const columns = data.length / count;
    if (columns === 1) return data;
    return Float32Array.from({ length: count }, (_, row) => data[row * columns + columns - 1] as number);
  }
}
