import { readManifests } from '@stockout/crds/manifest';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchedule } from './schedule.ts';

/** So many times after a moment. */
function timesAfter(schedule: string, timeZone: string, from: string, count: number): string[] {
  const { next } = parseSchedule(schedule, timeZone);
  const times: string[] = [];
  for (let time = next(new Date(from)); time !== undefined && times.length < count; time = next(time)) {
    times.push(time.toISOString().slice(0, 16));
  }
  return times;
}

describe('a time', () => {
  test.each([
    [
      'is on the clocks of the time zone, in summer as in winter',
      ['0 4 * * *', 'Europe/Madrid', '2026-10-23T12:00Z', 3],
      ['2026-10-24T02:00', '2026-10-25T03:00', '2026-10-26T03:00'],
    ],
    [
      'that the clocks skip in spring comes when they have been put forward, once',
      ['30 2 * * *', 'Europe/Madrid', '2026-03-28T12:00Z', 2],
      ['2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'that the clocks show twice in autumn comes the first time alone',
      ['30 2 * * *', 'Europe/Madrid', '2026-10-24T12:00Z', 2],
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'of every hour comes in both of the hours that have one name',
      ['0 * * * *', 'Europe/Madrid', '2026-10-24T23:30Z', 3],
      ['2026-10-25T00:00', '2026-10-25T01:00', '2026-10-25T02:00'],
    ],
    [
      'on the other side of the world comes on its own day of the week',
      ['0 3 * * MON', 'Pacific/Auckland', '2026-11-20T00:00Z', 2],
      ['2026-11-22T14:00', '2026-11-29T14:00'],
    ],
    [
      'of a leap day comes in leap years',
      ['0 0 29 2 *', 'UTC', '2026-01-01T00:00Z', 2],
      ['2028-02-29T00:00', '2032-02-29T00:00'],
    ],
    [
      'of a day of the month or of the week comes on either',
      ['0 0 13 * 5', 'UTC', '2026-11-07T00:00Z', 3],
      ['2026-11-13T00:00', '2026-11-20T00:00', '2026-11-27T00:00'],
    ],
    [
      'may be every few minutes from one on',
      ['5/20 * * * *', 'UTC', '2026-11-07T00:00Z', 3],
      ['2026-11-07T00:05', '2026-11-07T00:25', '2026-11-07T00:45'],
    ],
    ['may have a name', ['@daily', 'UTC', '2026-11-07T00:00Z', 1], ['2026-11-08T00:00']],
  ] satisfies [string, [string, string, string, number], string[]][])('%s', (_name, given, expected) => {
    expect(timesAfter(...given)).toEqual(expected);
  });

  test('that is now is the latest, not the next', () => {
    const { latest, next } = parseSchedule('*/5 * * * *');
    const now = new Date('2026-11-07T00:05:00Z');
    expect(latest(now)).toEqual(now);
    expect(next(now)).toEqual(new Date('2026-11-07T00:10:00Z'));
  });
});

test('whatever the schedule and the time zone, the latest time and the next one follow each other', () => {
  const zones = ['UTC', 'Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
  const schedules = ['30 2 * * *', '*/30 2 * * *', '0 * * * *', '*/7 1-3 * * *', '0 0 1 * 1', '30 1 * * 0'];
  const minutes = fc.integer({ min: 0, max: 3 * 366 * 1440 });
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      fc.constantFrom(...zones),
      minutes,
      (schedule, zone, minute) => {
        const { latest, next } = parseSchedule(schedule, zone);
        const now = new Date(Date.UTC(2026, 0, 1) + minute * 60_000);
        const before = latest(now);
        expect(before?.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(next(before as Date)).toEqual(next(now));
        expect(next(now)?.getTime()).toBeGreaterThan(now.getTime());
      },
    ),
    { numRuns: 300 },
  );
});

function admits(schedule: string): boolean {
  const spec = { modelRef: { name: 'retail' }, schedule };
  const job = { apiVersion: 'stockout.dev/v1alpha1', kind: 'ScoringJob', metadata: { name: 'a' }, spec };
  try {
    readManifests(JSON.stringify(job), 'test');
    return true;
  } catch {
    return false;
  }
}

describe('the rule of the CRD', () => {
  test.each(['0 3 * * 1', '*/15 0-6,22 1,15 JAN-MAR mon', '5/20  * * * *', '@hourly', '59 23 31 12 7'])(
    'admits %s, which can be read',
    (schedule) => {
      expect(admits(schedule)).toBe(true);
      expect(() => parseSchedule(schedule)).not.toThrow();
    },
  );

  test.each([
    '60 * * * *',
    '* 24 * * *',
    '0 0 0 * *',
    '0 0 32 * *',
    '0 0 * 13 *',
    '0 0 * * 8',
    '* * * *',
    '0 * * * * *',
    '0 0 L * *',
    '0 0 * * 5#2',
    'TZ=UTC 0 0 * * *',
    '@reboot',
    '@every 5m',
    '2026-01-01T00:00:00',
    '0 0 * * 1,',
  ])('refuses %s', (schedule) => {
    expect(admits(schedule)).toBe(false);
  });

  test('leaves little to the operator: names of months and days, ranges that go backwards, steps of nothing', () => {
    for (const schedule of ['0 0 * FOO *', '0 22-2 * * *', '*/0 * * * *', '0 0 30 2 *']) {
      expect(admits(schedule)).toBe(true);
      expect(() => parseSchedule(schedule)).toThrow(/^schedule: /);
    }
  });
});
