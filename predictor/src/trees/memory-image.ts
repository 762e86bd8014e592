type Words = Uint8Array | Uint16Array | Uint32Array | Float32Array;

const ALIGNMENT = 16;
const PAGE = 65_536;

/** What a WebAssembly memory is to hold, put together piece by piece. */
export class MemoryImage {
  readonly #pieces: { address: number; bytes: Uint8Array }[] = [];
  // Nothing lies at 0, so that an address can say that there is none.
  #end = ALIGNMENT;

  /** @returns where so many bytes, zero at first, will lie: at a multiple of 16 */
  reserve(bytes: number): number {
    const address = this.#end;
    this.#end = address + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    return address;
  }

  /** @returns where they will lie: at a multiple of 16 */
  put({ buffer, byteOffset, byteLength }: Words): number {
    const address = this.reserve(byteLength);
    this.#pieces.push({ address, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    return address;
  }

  /** Pages of 64 KiB that hold it. */
  get pages(): number {
    return Math.ceil(this.#end / PAGE);
  }

  writeTo(memory: ArrayBuffer): void {
    const all = new Uint8Array(memory);
    for (const { address, bytes } of this.#pieces) all.set(bytes, address);
  }
}
