/**
 * Frees, at once, the memory of bytes that nobody reads again. The garbage collector sees only the small object in front
 * of them: of a gigabyte that passes through in parts of a megabyte it would let a hundred megabytes pile up.
 * @param bytes are left alone where they share their memory with others, as slices of Node's pool do
 */
export function releaseMemory({ buffer, byteLength }: Uint8Array | Float32Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
