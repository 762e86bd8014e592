import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A nice value of Linux: a thread that has it gets a tenth of a core that another one wants too. */
export const NICE = 10;

/**
 * Has this thread, and those that it starts from now on, take what processor time the others leave, where a thread has a
 * priority of its own (Linux). Else, with more threads at work than cores, the event loop waits for whole time slices of a
 * worker, and with it whoever has one row scored.
 */
export function giveWay(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICE);
  } catch {
    // Its priority is that of all others then.
  }
}
