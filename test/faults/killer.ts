import { type Asked, type Fault, isWrite, type Treatment } from './fault.ts';

export type When = 'before' | 'after';

/**
 * Ends an operator at one of its writes, as `kill -9` does for whoever looks from the server: nothing of what it asks
 * afterwards arrives.
 */
export class Killer implements Fault {
  readonly #at: number;
  readonly #when: When;
  readonly #killed: (write: string) => void;
  /** What it has written, as `VERB path`. */
  readonly writes: string[] = [];
  #dead = false;

  /** @param at which write, from 0; Infinity: it lives, and its writes are recorded */
  constructor(at: number, when: When, killed: (write: string) => void) {
    this.#at = at;
    this.#when = when;
    this.#killed = killed;
  }

  treat(asked: Asked): Treatment | undefined {
    if (this.#dead) return { do: 'lose-request' };
    if (!isWrite(asked)) return undefined;
    const write = `${asked.method} ${asked.path}`;
    this.writes.push(write);
    if (this.writes.length <= this.#at) return undefined;
    this.#dead = true;
    this.#killed(write);
    return { do: this.#when === 'before' ? 'lose-request' : 'lose-answer' };
  }
}
