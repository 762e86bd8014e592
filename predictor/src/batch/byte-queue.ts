/** Bytes that arrive in parts and are taken in other ones. */
export class ByteQueue {
  readonly #parts: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
  }

  /**
   * The next so many bytes, which must be there, in a memory of their own: views of any number type may begin where
   * it begins.
   */
  take(count: number): Buffer {
    const taken = Buffer.allocUnsafeSlow(count);
    this.#length -= count;
    for (let filled = 0; filled < count;) {
      const part = this.#parts[0] as Buffer;
      const copied = part.copy(taken, filled);
      filled += copied;
      if (copied === part.length) this.#parts.shift();
      else this.#parts[0] = part.subarray(copied);
    }
    return taken;
  }
}
