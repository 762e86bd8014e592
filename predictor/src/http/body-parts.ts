import type { IncomingMessage } from 'node:http';
import { releaseMemory } from '../release-memory.ts';
import type { Patience } from './patience.ts';

/** What is handed to the worker at a time: large enough that the handing over costs nothing, small enough to hold. */
const PART_BYTES = 2 ** 20;

export interface BodyPart {
  /** In a memory of their own, which can change threads. */
  bytes: Uint8Array;
  last: boolean;
}

/**
 * Reads a body in parts, no faster than they are asked for. A body that is no larger than a part comes as one, the
 * last.
 */
export async function* bodyParts(req: IncomingMessage, patience: Patience): AsyncGenerator<BodyPart, void> {
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
    if (length < PART_BYTES) continue;
    yield { bytes: joined(held, length), last: false };
    [held, length] = [[], 0];
  }
  yield { bytes: joined(held, length), last: true };
}

/** The chunks are freed. */
function joined(chunks: Buffer[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
    releaseMemory(chunk);
  }
  return all;
}
