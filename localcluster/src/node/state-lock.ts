import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { StockoutError } from '@stockout/contracts';
import { startTime } from './process-identity.ts';

interface Holder {
  pid: number;
  startTime: string;
}

/**
 * Takes a state folder for this process: a second agent in it would end the first one's pods as leftovers.
 * @returns what gives it back
 * @throws StockoutError when a process that runs has it
 */
export function lockState(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'node.lock');
  if (!claim(file)) {
    const pid = holderOf(stateDir);
    if (pid !== undefined) throw inUse(stateDir, pid);
    // Its holder was killed: whoever of several that find this out writes first has it.
    rmSync(file, { force: true });
    if (!claim(file)) throw inUse(stateDir, read(file)?.pid);
  }
  return () => rmSync(file, { force: true });
}

/** The process that has a state folder; undefined when none that runs has it. */
export function holderOf(stateDir: string): number | undefined {
  const holder = read(join(stateDir, 'node.lock'));
  return holder && startTime(holder.pid) === holder.startTime ? holder.pid : undefined;
}

/** Put-if-absent. */
function claim(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTime(process.pid) }), {
      flag: 'wx',
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function inUse(stateDir: string, pid: number | undefined): StockoutError {
  const holder = pid === undefined ? 'another process' : `process ${pid}`;
  return new StockoutError(
    `${stateDir} is in use by ${holder}: end it (stockout local down) or choose another folder`,
  );
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}
