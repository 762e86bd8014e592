import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONDITION } from '../conditions.ts';
import { PlayedSchedule } from './played-schedule.test-support.ts';

const NIGHTLY = { schedule: '0 4 * * *' };
const EVERY_HOUR = { schedule: '0 * * * *' };

function conditionsOf({ job }: PlayedSchedule): Record<string, string> {
  return Object.fromEntries(
    (job.status?.conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );
}

describe('a job with a schedule', () => {
  test('waits for its first time, in good order, and says when that is', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-23T12:00:00Z').settle();
    const { job, made } = played;
    expect(made).toEqual([]);
    expect(job.status?.nextRunTime).toBe('2026-11-24T04:00:00Z');
    const ready = job.status?.conditions?.find(({ type }) => type === CONDITION.ready);
    expect(ready).toMatchObject({ status: 'True', reason: 'Scheduled' });
    expect(ready?.message).toBe('the first run is due at 2026-11-24T04:00:00Z');
    expect(conditionsOf(played)).not.toHaveProperty('Reconciling');
  });

  test('runs at each time, under a name made of it, and is looked at again for the next', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-23T12:00:00Z').at('2026-11-24T04:00:01Z');
    expect(played.made).toEqual([expect.stringMatching(/^nightly-202611240400-[0-9a-f]{5}$/)]);
    expect(played.job.status).toMatchObject({
      lastScheduleTime: '2026-11-24T04:00:00Z',
      nextRunTime: '2026-11-25T04:00:00Z',
    });
    played.end(played.made[0] ?? '').at('2026-11-24T04:02:00Z');
    expect(conditionsOf(played)).toMatchObject({ Ready: 'True Succeeded', Complete: 'True Succeeded' });
    played.at('2026-11-24T23:00:00Z');
    expect(played.made).toHaveLength(1);
    played.at('2026-11-25T04:00:00Z');
    expect(played.told).toEqual(['0400 Running', '0400 Succeeded']);
  });

  test('that failed is tried again by the schedule: it is no dead end', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-23T12:00:00Z').at('2026-11-24T04:00:00Z');
    played.end(played.made[0] ?? '', 1).at('2026-11-24T04:05:00Z');
    expect(conditionsOf(played)).toEqual({
      Ready: 'False RunFailed',
      Complete: 'False RunFailed',
      Failed: 'True RunFailed',
    });
    expect(played.runs[0]?.message).toContain('it broke (the schedule tries again; ');
    expect(played.at('2026-11-25T04:00:00Z').told).toEqual(['0400 Running', '0400 RunFailed']);
  });

  test('changes its spec without a run: that is up to the schedule', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-23T12:00:00Z').settle();
    expect(played.change({ input: { lastDays: 3 } }).made).toEqual([]);
  });

  test('runs besides when somebody asks for it, once a value, however long ago that was', () => {
    const played = new PlayedSchedule({ ...EVERY_HOUR, historyLimit: 1 }, '2026-11-23T12:10:00Z').settle();
    played.annotate('please');
    expect(played.made).toHaveLength(1);
    for (let hour = 13; hour < 20; hour++) {
      for (const name of played.running) played.end(name);
      played.at(`2026-11-23T${hour}:00:00Z`);
    }
    expect(played.made).toHaveLength(8);
    expect(new Set(played.made).size).toBe(8);
    expect(played.annotate('once more').made).toHaveLength(8);
    for (const name of played.running) played.end(name);
    expect(played.settle().made).toHaveLength(9);
  });

  test('keeps as many ended runs as historyLimit says, and those that go on', () => {
    const spec = { ...EVERY_HOUR, historyLimit: 2, concurrencyPolicy: 'Allow' as const };
    const played = new PlayedSchedule(spec, '2026-11-23T00:10:00Z').at('2026-11-23T01:00:00Z');
    const [slow] = played.made;
    for (let hour = 2; hour < 8; hour++) {
      played.at(`2026-11-23T0${hour}:00:00Z`);
      for (const name of played.running) if (name !== slow) played.end(name);
      played.settle();
    }
    expect(played.told).toEqual(['0700 Succeeded', '0600 Succeeded', '0100 Running']);
  });
});

describe('times that were missed', () => {
  test('in three days are caught up by one run, that of the last', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-20T12:00:00Z').at('2026-11-23T12:00:00Z');
    expect(played.made).toEqual([expect.stringContaining('-202611230400-')]);
  });

  test('more than a hundred are one as well', () => {
    const played = new PlayedSchedule({ schedule: '* * * * *' }, '2026-11-20T12:00:00Z');
    expect(played.at('2026-11-23T12:00:30Z').made).toEqual([expect.stringContaining('-202611231200-')]);
  });

  test('longer ago than startingDeadlineSeconds are none', () => {
    const spec = { ...NIGHTLY, startingDeadlineSeconds: 3600 };
    const played = new PlayedSchedule(spec, '2026-11-20T12:00:00Z').at('2026-11-23T12:00:00Z');
    expect(played.made).toEqual([]);
    expect(played.at('2026-11-24T04:59:00Z').made).toEqual([expect.stringContaining('-202611240400-')]);
  });

  test('before the job was there are none', () => {
    expect(new PlayedSchedule(NIGHTLY, '2026-11-23T04:00:00Z').at('2026-11-23T04:00:30Z').made).toEqual([]);
  });

  test('while it was suspended are caught up once, by the rule of CronJobs', () => {
    const played = new PlayedSchedule({ ...NIGHTLY, suspend: true }, '2026-11-20T12:00:00Z');
    played.at('2026-11-23T12:00:00Z');
    expect(played.made).toEqual([]);
    expect(played.job.status).not.toHaveProperty('nextRunTime');
    expect(played.change({ suspend: false }).made).toEqual([expect.stringContaining('-202611230400-')]);
  });
});

/** At two o'clock, while the run of one o'clock goes on. */
function overlapping(concurrencyPolicy: 'Forbid' | 'Replace' | 'Allow'): PlayedSchedule {
  return new PlayedSchedule({ ...EVERY_HOUR, concurrencyPolicy }, '2026-11-23T00:10:00Z')
    .at('2026-11-23T01:00:00Z')
    .at('2026-11-23T02:00:00Z');
}

describe('a run that is due while another one goes on', () => {
  test('Forbid: waits for its end, and is the last that was missed', () => {
    const played = overlapping('Forbid').at('2026-11-23T03:00:00Z');
    expect(played.told).toEqual(['0100 Running']);
    played.end(played.made[0] ?? '').at('2026-11-23T03:10:00Z');
    expect(played.told).toEqual(['0300 Running', '0100 Succeeded']);
  });

  test('Allow: begins beside it', () => {
    const played = overlapping('Allow');
    expect(played.told).toEqual(['0200 Running', '0100 Running']);
    expect(played.running).toHaveLength(2);
    played.end(played.made[1] ?? '').at('2026-11-23T02:30:00Z');
    expect(played.told).toEqual(['0200 Succeeded', '0100 Running']);
  });

  test('Allow: of a schedule that outruns its runs not more than twenty', () => {
    const played = new PlayedSchedule(
      { schedule: '* * * * *', concurrencyPolicy: 'Allow' },
      '2026-11-23T00:10:30Z',
    );
    for (let minute = 11; minute < 50; minute++) played.at(`2026-11-23T00:${minute}:00Z`);
    expect(played.running).toHaveLength(20);
  });

  test('Replace: begins when the pods of the other one have ended, and lets it commit no more', () => {
    const played = overlapping('Replace');
    const [first = ''] = played.made;
    expect(played.told).toEqual(['0200 Running', '0100 Replaced']);
    expect(played.running).toEqual([]);
    expect(played.runs[0]?.message).toBe('the run waits for the end of the one that it replaces');
    played.endPods().settle();
    expect(played.running).toEqual([expect.stringContaining('-202611230200-')]);
    expect(played.argsOf(played.running[0] ?? '')).toEqual(expect.arrayContaining(['--replaces', first]));
  });
});

test('all runs that are replaced are ended, though the history is shorter', () => {
  const spec = { ...EVERY_HOUR, historyLimit: 1, concurrencyPolicy: 'Allow' as const };
  const played = new PlayedSchedule(spec, '2026-11-23T00:10:00Z');
  for (const hour of ['01', '02', '03']) played.at(`2026-11-23T${hour}:00:00Z`);
  expect(played.running).toHaveLength(3);
  played.change({ concurrencyPolicy: 'Replace' }).at('2026-11-23T04:00:00Z');
  expect(played.running).toEqual([]);
  expect(played.told).toEqual(['0400 Running', '0300 Replaced', '0200 Replaced', '0100 Replaced']);
  expect(played.endPods().settle().running).toHaveLength(1);
  expect(played.told).toEqual(['0400 Running', '0300 Replaced']);
});

test('a run that goes on when the job is suspended comes to its end, and then the job is suspended', () => {
  const played = new PlayedSchedule(EVERY_HOUR, '2026-11-23T00:10:00Z').at('2026-11-23T01:00:00Z');
  played.change({ suspend: true });
  expect(conditionsOf(played)).toMatchObject({ Ready: 'False Running' });
  played.end(played.made[0] ?? '').at('2026-11-23T02:00:00Z');
  expect(played.told).toEqual(['0100 Succeeded']);
  expect(conditionsOf(played)).toMatchObject({ Ready: 'True Suspended', Complete: 'True Succeeded' });
  expect(conditionsOf(played)).not.toHaveProperty('Stalled');
});

describe('a clock', () => {
  test('that is set back an hour brings no run a second time', () => {
    const played = new PlayedSchedule(EVERY_HOUR, '2026-11-23T00:10:00Z');
    for (const hour of ['01', '02', '03']) {
      played.at(`2026-11-23T${hour}:00:00Z`);
      for (const name of played.running) played.end(name);
      played.settle();
    }
    played.at('2026-11-23T02:00:00Z').at('2026-11-23T02:30:00Z').at('2026-11-23T03:00:00Z');
    expect(played.made).toHaveLength(3);
    expect(played.at('2026-11-23T04:00:00Z').made).toHaveLength(4);
  });

  test('that was a year ahead for a while holds nothing up once it is right', () => {
    const played = new PlayedSchedule(NIGHTLY, '2026-11-23T00:10:00Z').at('2027-11-23T12:00:00Z');
    played.end(played.made[0] ?? '').at('2026-11-23T00:20:00Z');
    expect(played.made).toHaveLength(1);
    expect(played.at('2026-11-23T04:00:00Z').made).toHaveLength(2);
  });
});

test('whatever clock, Jobs and operators do, no time is run twice, none beside another, and the last one is not lost', () => {
  const step = fc.oneof(
    fc.record({ is: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ is: fc.constant('back' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    fc.record({ is: fc.constant('end' as const), exitCode: fc.constantFrom(0, 1) }),
    fc.record({ is: fc.constant('ask' as const), value: fc.constantFrom('a', 'b') }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const played = new PlayedSchedule({ schedule: '*/20 * * * *' }, '2026-11-23T00:10:00Z');
      for (const each of steps) {
        if (each.is === 'pass') played.now = new Date(played.now.getTime() + each.minutes * 60_000);
        if (each.is === 'back') played.now = new Date(played.now.getTime() - each.minutes * 60_000);
        if (each.is === 'end') for (const name of played.running) played.end(name, each.exitCode);
        if (each.is === 'ask') played.annotate(each.value);
        played.settle();
        expect(played.running.length).toBeLessThanOrEqual(1);
        expect(new Set(played.made).size).toBe(played.made.length);
        expect(new Set(played.runs.map(({ name }) => name)).size).toBe(played.runs.length);
      }
      played.at('2026-12-31T12:00:00Z');
      // One may go on, one may have been asked for: both come before.
      for (const _ of [1, 2]) for (const name of played.running) played.end(name).settle();
      expect(played.made.at(-1)).toContain('-202612311200-');
    }),
    { numRuns: 60 },
  );
});
