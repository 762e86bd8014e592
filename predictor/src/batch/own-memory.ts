/** What is part of a larger memory has to be copied before it changes threads, for others still read that. */
export function ownMemory(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength === bytes.byteLength ? bytes : new Uint8Array(bytes);
}
