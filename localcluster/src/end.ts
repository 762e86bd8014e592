import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { StockoutError } from '@stockout/contracts';
import { startTime } from './node/process-identity.ts';
import { ProcessRecords } from './node/process-records.ts';
import { holderOf, lockState } from './node/state-lock.ts';

const SECONDS = 60;
const POLL_MILLISECONDS = 50;

/** What there was to end in a state folder. */
export interface Ended {
  /** The process that had the cluster in it; undefined when none did. */
  pid: number | undefined;
  /** Pods' processes that one that was killed had left running. */
  leftovers: number;
}

/**
 * Ends the local cluster of a state folder, whichever process started it, and the pods of one that was killed.
 * @throws StockoutError when it does not end within a minute
 */
export async function endLocalCluster(stateDir: string): Promise<Ended> {
  const pid = holderOf(stateDir);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    await gone(pid);
  }
  const unlock = lockState(stateDir);
  try {
    const leftovers = new ProcessRecords(stateDir).reap();
    for (const leftover of leftovers) await gone(leftover);
    return { pid, leftovers: leftovers.length };
  } finally {
    unlock();
  }
}

async function gone(pid: number): Promise<void> {
  const started = startTime(pid);
  if (started === undefined) return;
  for (const deadline = performance.now() + SECONDS * 1000; startTime(pid) === started;) {
    if (performance.now() > deadline) throw new StockoutError(`process ${pid} does not end`);
    await delay(POLL_MILLISECONDS);
  }
}
