import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BatchStream } from '../batch/batch-client.ts';
import { AnswerStream } from './answer-stream.ts';
import type { Exchange } from './exchange.ts';
import { StreamedBatch } from './streamed-batch.ts';

const TIMEOUT_MS = 1_000;
const PART_BYTES = 2 ** 20;

/** A caller who takes nothing of his answer until he is told to. */
class SlowReader {
  readonly req = new PassThrough({ highWaterMark: 2 * PART_BYTES });
  readonly fail = vi.fn();
  #taken: (() => void) | undefined;
  readonly #res = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, taken) => void (this.#taken = taken),
  });

  /** Resolves once a part of his answer waits for him. */
  offered(): Promise<() => void> {
    return vi.waitUntil(() => this.#taken);
  }

  async take(): Promise<void> {
    const taken = await this.offered();
    this.#taken = undefined;
    taken();
  }

  run(): Promise<void> {
    const scorer = {
      score: async () => ({
        answer: { kind: 'scored', body: new Uint8Array(PART_BYTES), summary: {} },
        seconds: 0,
      }),
      close: () => {},
    };
    const exchange = {
      req: this.req,
      res: this.#res,
      runtime: { limits: { requestTimeoutMs: TIMEOUT_MS }, metrics: { batch: () => {} } },
      fail: this.fail,
      stream: () => new AnswerStream(this.#res as never),
    };
    const batch = new StreamedBatch(exchange as unknown as Exchange, scorer as unknown as BatchStream, '', {
      unsent: 0,
      partBytes: 2 ** 20,
    });
    return batch.run();
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

describe('a caller who reads slowly', () => {
  it('earns time by what he has read, as by what he has sent', async () => {
    const caller = new SlowReader();
    caller.req.write(Buffer.alloc(PART_BYTES));
    const done = caller.run();
    await caller.offered();
    await vi.advanceTimersByTimeAsync(0.6 * TIMEOUT_MS);
    await caller.take();
    await vi.advanceTimersByTimeAsync(0.6 * TIMEOUT_MS);
    caller.req.end();
    // Either the rest of his answer waits for him, or he was hung up on.
    await Promise.race([done, caller.take()]);
    await done;
    expect(caller.fail).not.toHaveBeenCalled();
  });
});
