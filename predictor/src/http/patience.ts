import { ProblemError } from './problem.ts';

/** A caller who is slower than that in the long run, 64 kB a second, is too slow. */
const BYTES_A_MS = 64;

/** How long one caller may keep us waiting: bytes that move earn time, up to what he had at first. */
export class Patience {
  readonly #atFirst: number;
  #left: number;

  constructor(milliseconds: number) {
    this.#atFirst = milliseconds;
    this.#left = milliseconds;
  }

  moved(bytes: number): void {
    this.#left = Math.min(this.#atFirst, this.#left + bytes / BYTES_A_MS);
  }

  /**
   * @param why what took too long, for the caller
   * @throws {ProblemError} 408 when it takes longer than there is time left
   */
  async within<Value>(wait: Promise<Value>, why: string): Promise<Value> {
    const started = performance.now();
    const late = Promise.withResolvers<never>();
    const problem = (): ProblemError => new ProblemError(408, why, { headers: { Connection: 'close' } });
    const timer = setTimeout(() => late.reject(problem()), this.#left);
    try {
      return await Promise.race([wait, late.promise]);
    } finally {
      clearTimeout(timer);
      this.#left -= performance.now() - started;
    }
  }
}
