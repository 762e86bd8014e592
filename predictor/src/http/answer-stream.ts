import type { ServerResponse } from 'node:http';
import { releaseMemory } from '../release-memory.ts';
import { reset } from '../tls/reset.ts';

const LINGER_MS = 5_000;

/** The caller hung up, or the answer was broken off. */
class AnswerBrokenError extends Error {
  override name = 'AnswerBrokenError';
}

/** An answer that is sent while it is made: chunked, so that its end is marked. */
export class AnswerStream {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  /** Bytes that the caller has not taken yet. */
  get unsent(): number {
    return this.#res.writableLength;
  }

  /**
   * Sends it, or keeps it until the caller takes it: see `flowing`.
   * @param part is freed once it was sent
   */
  write(part: Uint8Array): void {
    if (this.#res.destroyed) throw new AnswerBrokenError('the caller hung up');
    this.#res.write(part, () => releaseMemory(part));
  }

  /**
   * Resolves once at most so many bytes wait for the caller; whoever writes more before takes memory.
   * @throws {AnswerBrokenError} when the caller hangs up
   */
  async flowing(unsent: number): Promise<void> {
    while (this.unsent > unsent) await this.#drained();
    if (this.#res.destroyed) throw new AnswerBrokenError('the caller hung up');
  }

  #drained(): Promise<void> {
    const res = this.#res;
    return new Promise((resolve) => {
      const done = (): void => {
        res.off('drain', done).off('close', done);
        resolve();
      };
      if (res.destroyed) resolve();
      else res.once('drain', done).once('close', done);
    });
  }

  end(): void {
    this.#res.end();
  }

  /**
   * Hangs up without the mark of the end, so that no client takes what it got for the whole answer: HTTP/1.1 misses
   * the last chunk; HTTP/1.0 knows no such mark, and sees a reset connection.
   */
  break(): void {
    const { req, socket } = this.#res;
    if (req.httpVersionMinor === 0 && socket !== null) reset(socket);
    else {
      socket?.destroySoon();
      // He may not take what is still to be sent.
      setTimeout(() => socket?.destroy(), LINGER_MS).unref();
    }
  }
}
