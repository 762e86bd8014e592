const NOTHING = Buffer.alloc(0);

/** Bytes that come in parts, and are wanted in other ones. It keeps copies: a part is its owner's again once it is used up. */
export class ByteAssembly {
  #part: Buffer = NOTHING;
  #at = 0;
  #wanted: Buffer | undefined;
  #filled = 0;

  /** @param part the next bytes; those before have been used up */
  push(part: Buffer): void {
    this.#part = part;
    this.#at = 0;
  }

  /** Bytes of the part that have not been used. */
  get unused(): number {
    return this.#part.length - this.#at;
  }

  /** Whether some bytes of what is wanted have come, and not all. */
  get begun(): boolean {
    return this.#filled > 0;
  }

  /**
   * The next so many bytes, in a memory of their own: views of any number type may begin where it begins.
   * @returns undefined while they have not all come: then the same is to be wanted again, after the next part
   */
  take(count: number): Buffer | undefined {
    const wanted = (this.#wanted ??= Buffer.allocUnsafeSlow(count));
    const copied = this.#part.copy(wanted, this.#filled, this.#at);
    this.#at += copied;
    this.#filled += copied;
    if (this.#filled < count) return undefined;
    this.#wanted = undefined;
    this.#filled = 0;
    return wanted;
  }
}
