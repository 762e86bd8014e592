import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { NotFoundError, OutsideError, TooLargeError } from './port.ts';

interface GuardedRead {
  path: string;
  /** The folder out of which no link may lead. */
  confinedTo: string | undefined;
  /** Bytes. */
  atMost: number;
  /** For messages. */
  key: string;
  uri: string;
}

/** A pipe is opened at once, and is then seen to be none of our files. */
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Reads a file that somebody else may have put there: no more bytes than are taken, no pipe that never ends, and where
 * that is wanted nothing outside of a folder.
 * @throws OutsideError
 * @throws TooLargeError
 * @throws NotFoundError when it is no file
 */
export async function readGuarded({ path, confinedTo, atMost, key, uri }: GuardedRead): Promise<Uint8Array> {
  const real = await realpath(path);
  if (confinedTo !== undefined && !real.startsWith((await realpath(confinedTo)) + sep)) {
    throw new OutsideError(key, uri);
  }
  // Links are followed already: one that took its place since then is not.
  await using file = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const found = await file.stat();
  if (!found.isFile()) throw new NotFoundError(key, uri);
  if (found.size > atMost) throw new TooLargeError(key, uri, found.size, atMost);
  return file.readFile();
}
