import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.ts';

function limiterOf(perMinute: number) {
  const clock = { now: 0 };
  return { limiter: new RateLimiter(perMinute, () => clock.now), clock };
}

describe('a limit of requests a minute', () => {
  it('lets a minute’s worth through at once, then says after how many seconds another may come', () => {
    const { limiter, clock } = limiterOf(3);
    expect([1, 2, 3, 4].map(() => limiter.take('a'))).toEqual([0, 0, 0, 20]);
    clock.now = 19_999;
    expect(limiter.take('a')).toBe(1);
    clock.now = 20_000;
    expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 20]);
  });

  it('counts each caller alone', () => {
    const { limiter } = limiterOf(1);
    expect([limiter.take('a'), limiter.take('b'), limiter.take('a')]).toEqual([0, 0, 60]);
  });

  it('keeps no more callers than it is bounded to, and forgets who was quiet longest', () => {
    const { limiter } = limiterOf(1);
    for (let caller = 0; caller < 10_000; caller++) limiter.take(String(caller));
    limiter.take('0');
    limiter.take('another');
    expect(limiter.callers).toBe(10_000);
    expect([limiter.take('0'), limiter.take('2'), limiter.take('1')]).toEqual([60, 60, 0]);
  });

  it('whatever the times of the requests, lets at most the limit and what was earned through', () => {
    const pauses = fc.array(fc.nat(30_000), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), pauses, (perMinute, waits) => {
        const { limiter, clock } = limiterOf(perMinute);
        let passed = 0;
        for (const wait of waits) {
          clock.now += wait;
          if (limiter.take('a') === 0) passed += 1;
        }
        expect(passed).toBeLessThanOrEqual(perMinute + (clock.now * perMinute) / 60_000 + 1e-6);
      }),
    );
  });

  it('has told the truth about when the next request passes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(100_000), (perMinute, offset) => {
        const { limiter, clock } = limiterOf(perMinute);
        clock.now = offset;
        let wait = 0;
        while (wait === 0) wait = limiter.take('a');
        clock.now += wait * 1000;
        expect(limiter.take('a')).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});
