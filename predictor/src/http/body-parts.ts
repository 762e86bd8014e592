import type { IncomingMessage } from 'node:http';
import { joinChunks } from './join-chunks.ts';
import type { Patience } from './patience.ts';

export interface BodyPart {
  /** In a memory of their own, which can change threads. */
  bytes: Uint8Array;
  last: boolean;
}

/**
 * Reads a body in parts, no faster than they are asked for. A body that is smaller than a part comes as one, the
 * last.
 * @param partBytes a part but the last has so many or more: it ends with a chunk, which is what lay ready (up to 128 KiB)
 */
export async function* bodyParts(
  req: IncomingMessage,
  patience: Patience,
  partBytes: number,
): AsyncGenerator<BodyPart, void> {
  // What is not read of a refused body is left to whoever answers.
  const chunks = req.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let held: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { value, done } = await patience.within(chunks.next(), 'the request did not arrive in time');
    if (done === true) break;
    patience.moved(value.length);
    held.push(value);
    length += value.length;
    if (length < partBytes) continue;
    yield { bytes: joinChunks(held, length), last: false };
    [held, length] = [[], 0];
  }
  yield { bytes: joinChunks(held, length), last: true };
}
