import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { run } from './running.ts';
import type { Store } from './store.ts';

const MOVER = fileURLToPath(new URL('./mover.ts', import.meta.url));

export interface Moved {
  /** What came back is what went there. */
  same: boolean;
  /** Resident memory, at its most, beyond what the process had before. */
  grownMB: number;
  peakMB: number;
  /** Seconds. */
  put: number;
  all: number;
}

/** A file of so many bytes goes to the store and comes back, in a process of its own. */
export async function moveThereAndBack(store: Store, bytes: number): Promise<Moved> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-large-'));
  try {
    const file = join(folder, 'file');
    await fill(file, bytes);
    const said = await run(process.execPath, [MOVER, store.uri('moved'), file], { env: store.environment() });
    return JSON.parse(said) as Moved;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Random enough that no two blocks are the same, and quickly made. */
async function fill(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'w');
  const block = randomBytes(10_000_000);
  for (let written = 0; written < bytes; written += block.length) {
    block.writeUInt32LE(written, 0);
    await file.write(block);
  }
}
