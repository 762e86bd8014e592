import type { FileHandle } from 'node:fs/promises';
import { forEachPiece, holdingPiece, partBytes } from './pieces.ts';

/**
 * Sends the parts of a file, a few at once. Their buffers are used again: 5 MiB that are new for each part are garbage
 * faster than it is collected.
 * @param send resolves when the part has arrived
 */
export async function sendParts(
  file: FileHandle,
  size: number,
  send: (index: number, bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  const each = partBytes(size);
  const free: Buffer[] = [];
  await forEachPiece(Math.ceil(size / each), (index) =>
    holdingPiece(async () => {
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(each);
      const from = index * each;
      await send(index, await readExactly(file, buffer.subarray(0, Math.min(each, size - from)), from));
      free.push(buffer);
    }),
  );
}

/** Fills the buffer from the file. */
export async function readExactly(file: FileHandle, buffer: Buffer, from: number): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  if (bytesRead === buffer.length) return buffer;
  throw new Error('the file became shorter while it was copied into the storage');
}
