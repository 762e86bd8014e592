import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../pipeline/src/train/seeded-random.ts';
import { until } from '../conformance/until.ts';
import { Candidate } from '../faults/candidate.ts';
import { Leadership } from '../faults/leadership.ts';
import { type FaultTier, Lives } from '../faults/lives.ts';
import type { Stage } from '../faults/operator-behind-proxy.ts';
import { startRealPlayedTier } from './played-tier.ts';

/** `LEADER_SEED=2 PAUSE_SECONDS=60 npm run test:api -- test/api/leaders.test.ts` */
const SEED = Number(process.env.LEADER_SEED ?? 1);
/** For how long a leader is paused at least; in any case until another one has taken over. */
const PAUSE_SECONDS = Number(process.env.PAUSE_SECONDS ?? 0);
/** How long after a step began its leader goes, at the most: about as long as a step takes. */
const WITHIN_MS = 600;
/** 15 are promised; a machine that is busy with other things fails no test. */
const TAKEOVER_SECONDS = 40;
const LEASE_NAMESPACE = 'stockout-system';
const MINUTES = 60_000;

/** Clocks of operators that follow each other are a minute apart, once in each direction. */
const AHEAD = 30;
const BEHIND = -30;

describe('of several operators one works at a time', () => {
  let tier: FaultTier;
  let lives: Lives;

  beforeAll(async () => {
    tier = await startRealPlayedTier();
    lives = new Lives(tier);
  });
  afterAll(() => tier?.stop());

  it(
    'whoever is paused, gone or ended, and whatever their clocks say: nothing is done twice',
    async () => {
      const { end } = await lives.undisturbed();
      const play = new Play(SEED);
      const ending = await lives.through({
        begin: (stage) => play.begin(stage),
        amid: async (_, step) => {
          await play.moment();
          await [undefined, play.pause, play.wake, play.kill, play.handOver][step]?.call(play);
        },
      });
      const intended = ['first', 'second', 'first', 'third'];
      expect(inOrder(intended, play.leadership.holders)).toEqual(intended);
      expect(play.leadership.strangers).toEqual([]);
      expect(ending).toEqual(end);
    },
    (5 + PAUSE_SECONDS / 60) * MINUTES,
  );
});

/** As many of `wanted` as come in this order; a machine that stalls may have a lease change hands once more between. */
function inOrder(wanted: readonly string[], all: readonly string[]): string[] {
  const found: string[] = [];
  for (const each of all) if (each === wanted[found.length]) found.push(each);
  return found;
}

/** What becomes of the leaders of one life, step by step. */
class Play {
  readonly leadership = new Leadership();
  readonly #random: () => number;
  readonly #candidates: Candidate[] = [];
  #stage: Stage | undefined;
  #pausedAt = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** A moment within a step, which follows from the seed. */
  moment(): Promise<void> {
    return delay(this.#random() * WITHIN_MS);
  }

  async begin(stage: Stage): Promise<Candidate[]> {
    this.#stage = stage;
    await this.#campaign('first', AHEAD);
    await this.#untilLeads('first');
    await this.#campaign('second', BEHIND);
    return this.#candidates;
  }

  async pause(): Promise<void> {
    this.#of('first').pause();
    this.#pausedAt = performance.now();
    await this.#succession('second', 'the leader paused');
  }

  /** With what it saw and planned before. */
  async wake(): Promise<void> {
    const paused = performance.now() - this.#pausedAt;
    await delay(Math.max(0, PAUSE_SECONDS * 1000 - paused));
    this.#of('first').wake();
  }

  async kill(): Promise<void> {
    await this.#of('second').kill();
    await this.#succession('first', 'the leader gone');
  }

  async handOver(): Promise<void> {
    await this.#campaign('third', BEHIND);
    await this.#of('first').stop();
    await this.#succession('third', 'the leader ended');
  }

  async #campaign(identity: string, skewSeconds: number): Promise<void> {
    const options = { identity, leaseNamespace: LEASE_NAMESPACE, skewSeconds };
    this.#candidates.push(await Candidate.start(this.#stage as Stage, this.leadership, options));
  }

  #of(identity: string): Candidate['operator'] {
    return this.#candidates.find((each) => each.identity === identity)!.operator;
  }

  async #succession(heir: string, what: string): Promise<void> {
    const began = performance.now();
    const since = await this.#untilLeads(heir);
    console.log(`  ${what}: taken over after ${((since - began) / 1000).toFixed(1)} s`);
  }

  #untilLeads(who: string): Promise<number> {
    return until(`${who} to lead`, () => this.leadership.heldSince(who), TAKEOVER_SECONDS);
  }
}
