import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from './faults.ts';
import type { When } from './killer.ts';
import { type FaultTier, Lives } from './lives.ts';
import { sideBySide } from './side-by-side.ts';

export interface FaultOptions {
  /** How many seeds of each kind of fault. */
  seeds: number;
  /** At how many of its writes the operator is killed, spread over all of them; Infinity: at each, before and after. */
  kills: number;
}

interface Kill {
  when: When;
  at: number;
}

/** The one case to play again, as the failure names it: `conflict:17`, `kill-before:3`. */
const ONLY = process.env.FAULT_SEED;
/** `FAULT_KILLS=all`: at each write, before and after, as has to be seen now and then. */
const EVERY_KILL = process.env.FAULT_KILLS === 'all';
const MINUTES = 60_000;

/**
 * Declares tests that a model's life comes to the same end whatever happens between the operator and its API server, with
 * nothing done twice and no caller unserved. A case that failed is played again by
 * `FAULT_SEED=<its name> npx vitest run <file>`.
 */
export function describeFaults(where: string, start: () => Promise<FaultTier>, options: FaultOptions): void {
  describe(`a model's life comes to the same end ${where}`, () => {
    let tier: FaultTier;
    let lives: Lives;
    let end: object[];
    let writes: string[];

    beforeAll(async () => {
      tier = await start();
      lives = new Lives(tier);
      ({ end, writes } = await lives.undisturbed());
    });
    afterAll(() => tier?.stop());

    it(
      'under every kind of fault',
      async () => {
        const cases = Object.keys(FAULTS).flatMap((kind) =>
          Array.from({ length: options.seeds }, (_, index) => `${kind}:${index + 1}`),
        );
        await liveAll(
          chosen(cases, (name) => !name.startsWith('kill-')),
          async (name) => {
            expect(await liveUnder(lives, name)).toEqual(end);
          },
        );
      },
      10 * MINUTES,
    );

    it(
      'when the operator is killed before or after a write, whichever it is',
      async () => {
        const kills = killsOf(writes.length, EVERY_KILL ? Infinity : options.kills).map(
          ({ when, at }) => `kill-${when}:${at}`,
        );
        const endings = await liveAll(
          chosen(kills, (name) => name.startsWith('kill-')),
          async (name) => {
            const ending = await kill(lives, name);
            if (ending !== undefined) expect(ending).toEqual(end);
            return ending;
          },
        );
        // A status that was told in one go, or in two: the last writes of one life may be none of another.
        const killed = endings.filter((ending) => ending !== undefined);
        expect(killed.length).toBeGreaterThanOrEqual(endings.length * 0.8);
      },
      30 * MINUTES,
    );
  });
}

function liveUnder(lives: Lives, name: string): Promise<object[]> {
  const [kind = '', seed] = name.split(':');
  const fault = FAULTS[kind]?.(Number(seed)) ?? {};
  return kind === 'stale-lists' ? lives.underRestarts(fault) : lives.under(fault);
}

function kill(lives: Lives, name: string): Promise<object[] | undefined> {
  const [kind, at] = name.split(':');
  return lives.killed(Number(at), kind === 'kill-before' ? 'before' : 'after');
}

/** @param isOurs whether the case that is asked for is one of these */
function chosen(cases: string[], isOurs: (name: string) => boolean): string[] {
  if (ONLY === undefined) return cases;
  return isOurs(ONLY) ? [ONLY] : [];
}

/** Every n-th write, by turns before and after; all of them both ways when there are enough kills. */
function killsOf(writes: number, kills: number): Kill[] {
  const all = Array.from({ length: writes * 2 }, (_, index): Kill => {
    return { at: Math.floor(index / 2), when: index % 2 === 0 ? 'before' : 'after' };
  });
  // An odd stride takes both kinds.
  const stride = Math.max(1, Math.floor(all.length / kills)) | 1;
  return kills >= all.length ? all : all.filter((_, index) => index % stride === 0);
}

function named(name: string): (error: Error) => never {
  return (error) => {
    error.message = `FAULT_SEED=${name}: ${error.message}`;
    throw error;
  };
}

/** @throws the first failure, which says how it is played again */
function liveAll<T>(cases: string[], live: (name: string) => Promise<T>): Promise<T[]> {
  return sideBySide(cases, (name) => live(name).catch(named(name)));
}
