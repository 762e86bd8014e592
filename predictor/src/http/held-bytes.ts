/** Counts the bytes of bodies in memory, of all routes together: beyond the limit callers have to wait. */
export class HeldBytes {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get full(): boolean {
    return this.#held >= this.#limit;
  }

  /** @returns false, and takes nothing, when they would be too many */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#limit) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}
