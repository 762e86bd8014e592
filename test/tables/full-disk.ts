import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** A small file system in memory, which can be full but for so many bytes, or read-only. */
export interface SmallDisk extends Disposable {
  folder: string;
  /** Fills it but for so many pages. */
  leave(pages: number): Promise<void>;
  makeRoom(): Promise<void>;
  /** Nobody writes to it any more, or everybody again. */
  become(mode: 'ro' | 'rw'): void;
}

const PAGE = 4096;

/** @returns why there is none where this process may not mount one */
export function mountSmallDisk(bytes: number): SmallDisk | string {
  const folder = mkdtempSync(join(tmpdir(), 'stockout-disk-'));
  const disk = mountSmallDiskAt(folder, bytes);
  if (typeof disk === 'string') {
    rmSync(folder, { recursive: true });
    return disk;
  }
  return {
    ...disk,
    [Symbol.dispose]: () => {
      disk[Symbol.dispose]();
      rmSync(folder, { recursive: true });
    },
  };
}

/** @param folder an empty one, which stays */
export function mountSmallDiskAt(folder: string, bytes: number): SmallDisk | string {
  try {
    mount(['-t', 'tmpfs', '-o', `size=${bytes}`, 'stockout-test', folder]);
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    return `${process.getuid?.() === 0 ? 'root' : 'not root, which'} cannot mount: ${String(stderr ?? error).trim()}`;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    leave: (pages) => fill(folder, ballast, pages),
    makeRoom: () => rm(ballast, { force: true }),
    become: (mode) => mount(['-o', `remount,${mode}`, folder]),
    // Lazily: predictors that are about to end may still read from it.
    [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', folder]),
  };
}

function mount(args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}

async function fill(folder: string, ballast: string, pages: number): Promise<void> {
  await rm(ballast, { force: true });
  await using file = await open(ballast, 'w');
  const { bavail, bsize } = await statfs(folder);
  await file.write(Buffer.alloc(Math.max(0, bavail * bsize - pages * PAGE)));
}
