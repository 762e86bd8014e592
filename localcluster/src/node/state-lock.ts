import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { StockoutError } from '@stockout/contracts';
import { startTime } from './process-identity.ts';

/**
 * Takes a state folder for this process: a second agent in it would end the first one's pods as leftovers.
 * @returns what gives it back
 * @throws StockoutError when a process that runs has it
 */
export function lockState(stateDir: string): () => void {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, 'node.lock');
  const holder = read(file);
  if (holder && startTime(holder.pid) === holder.startTime) {
    throw new StockoutError(
      `${stateDir} is in use by process ${holder.pid}: stop that first, or choose another folder`,
    );
  }
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTime(process.pid) }));
  return () => rmSync(file, { force: true });
}

function read(file: string): { pid: number; startTime: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { pid: number; startTime: string };
  } catch {
    return undefined;
  }
}
