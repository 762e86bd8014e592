import { releaseMemory } from '../release-memory.ts';

const NOTHING = Buffer.alloc(0);

/** The beginning of a row whose end has not come yet. */
export class RowRest {
  #rest: Buffer = NOTHING;
  #joined: Buffer | undefined;

  /** What was kept, and these bytes behind it. */
  before(bytes: Buffer): Buffer {
    this.#joined = this.#rest.length === 0 ? undefined : Buffer.concat([this.#rest, bytes]);
    return this.#joined ?? bytes;
  }

  /** Keeps a copy of what follows `start` in the text that `before` gave, which may not be read any more. */
  keep(text: Buffer, start: number): void {
    this.#rest = Buffer.from(text.subarray(start));
    if (this.#joined !== undefined) releaseMemory(this.#joined);
  }
}
