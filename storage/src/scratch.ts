import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open, readdir, rm, rmdir, statfs } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { InputError, StockoutError } from '@stockout/contracts';
import { codeOf } from './explained.ts';
import type { LocalFile } from './port.ts';

const PREFIX = 'stockout-stage-';

/**
 * Copies of objects on this machine, in one folder of this process below the system's temporary one. At most
 * STOCKOUT_SCRATCH_BYTES of them, where that is given; the folder goes with the last copy. What a process that was killed
 * has left is removed by the next one on the same host.
 */
export class Scratch {
  #folder: string | undefined;
  #files = 0;
  #bytes = 0;

  /**
   * A new file that `fill` writes.
   * @throws StockoutError when there is no room for it, here or on the disk
   */
  async stage(bytes: number, what: string, fill: (file: FileHandle) => Promise<void>): Promise<LocalFile> {
    await this.#requireRoom(bytes, what);
    this.#bytes += bytes;
    this.#files++;
    let disposed = false;
    const path = join(this.#open(), `${randomUUID()}.staged`);
    const dispose = async () => {
      if (disposed) return;
      disposed = true;
      await rm(path, { force: true });
      await this.#left(bytes);
    };
    try {
      await using file = await open(path, 'wx');
      await fill(file);
    } catch (error) {
      await dispose();
      throw explainedScratch(error, what);
    }
    return { path, [Symbol.asyncDispose]: dispose };
  }

  #open(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), prefixOf(process.pid)));
      process.once('exit', this.#remove);
      void sweep(tmpdir(), this.#folder);
    }
    return this.#folder;
  }

  readonly #remove = () => {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  };

  async #left(bytes: number): Promise<void> {
    this.#bytes -= bytes;
    this.#files--;
    if (this.#files > 0 || this.#folder === undefined) return;
    const folder = this.#folder;
    this.#folder = undefined;
    process.off('exit', this.#remove);
    await rmdir(folder).catch(() => {});
  }

  async #requireRoom(bytes: number, what: string): Promise<void> {
    const limit = limitOf(process.env['STOCKOUT_SCRATCH_BYTES']);
    if (this.#bytes + bytes > limit) {
      throw new StockoutError(
        `${what} does not fit into the scratch folder ${tmpdir()}: it has ${bytes} bytes, ${this.#bytes} are in use, and ` +
          `STOCKOUT_SCRATCH_BYTES allows ${limit}: raise it`,
      );
    }
    // A file system that cannot say (0 of 0) is believed to have room.
    const { bavail, bsize, blocks } = await statfs(tmpdir());
    if (blocks > 0 && bavail * bsize < bytes) {
      throw new StockoutError(
        `${what} does not fit into the scratch folder ${tmpdir()}: it has ${bytes} bytes, and ${bavail * bsize} are free: ` +
          'make room there, or name another folder in TMPDIR, and try again',
      );
    }
  }
}

/** This process's. */
export const scratch = new Scratch();

function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return Infinity;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new InputError(`STOCKOUT_SCRATCH_BYTES is "${text}": give a whole number of bytes`);
}

function explainedScratch(error: unknown, what: string): unknown {
  if (!['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return error;
  return new StockoutError(
    `the scratch folder ${tmpdir()} is full (${codeOf(error)} while ${what} was copied there): ` +
      'make room there, or name another folder in TMPDIR, and try again',
    { cause: error },
  );
}

function prefixOf(pid: number): string {
  return `${PREFIX}${hostname()}-${pid}-`;
}

/** Folders of processes that are gone. A container that was started again has its old pid: nobody else's folder bears it. */
async function sweep(parent: string, own: string): Promise<void> {
  const host = `${PREFIX}${hostname()}-`;
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(host) || join(parent, name) === own) continue;
    const pid = Number(/^(\d+)-[^-]+$/.exec(name.slice(host.length))?.[1]);
    if (!(pid > 0) || (pid !== process.pid && isAlive(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}
