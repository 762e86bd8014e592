import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../types.ts';
import { backoffAfter, failureOf, isSucceeded, missingPods, newTally, type Tally } from './job-plan.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');

const job = (spec: object = {}, status: object = {}): Job =>
  ({ spec: { completions: 1, parallelism: 1, backoffLimit: 2, template: {}, ...spec }, status }) as Job;

const pod = (phase: string, { leaving = false, restarts = 0 } = {}): Pod =>
  ({
    metadata: leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {},
    status: { phase, containerStatuses: [{ restartCount: restarts }] },
  }) as Pod;

const tally = (succeeded: number, failed: number): Tally => ({
  ...newTally(),
  succeeded: new Set(Array.from({ length: succeeded }, (_, index) => `s${index}`)),
  failed: new Set(Array.from({ length: failed }, (_, index) => `f${index}`)),
});

const running = pod('Running');
const leaving = pod('Running', { leaving: true });

describe('missingPods', () => {
  it.each([
    ['one at first', {}, [], tally(0, 0), 1],
    ['none while it runs', {}, [running], tally(0, 0), 0],
    ['another one after a failure', {}, [pod('Failed')], tally(0, 1), 1],
    ['none when all are done', {}, [pod('Succeeded')], tally(1, 0), 0],
    ['no more than are left to complete', { completions: 3, parallelism: 5 }, [], tally(2, 0), 1],
    ['as many as run at a time', { completions: 9, parallelism: 4 }, [running], tally(0, 0), 3],
    [
      'fewer when parallelism went down',
      { completions: 9, parallelism: 1 },
      [running, running],
      tally(0, 0),
      -1,
    ],
    ['one for a pod that is on its way out', {}, [leaving], tally(0, 0), 1],
    [
      'none before that pod has ended, where only failed ones are replaced',
      { podReplacementPolicy: 'Failed' },
      [leaving],
      tally(0, 0),
      0,
    ],
    ['all at a time without completions', { completions: undefined, parallelism: 2 }, [], tally(0, 0), 2],
    [
      'none without completions once one succeeded',
      { completions: undefined, parallelism: 2 },
      [running],
      tally(1, 0),
      -1,
    ],
  ])('%s', (_what, spec, pods, seen, missing) => {
    expect(missingPods(job(spec), pods, seen)).toBe(missing);
  });
});

describe('failureOf', () => {
  it.each([
    ['not at the backoff limit', job(), [], tally(0, 2), undefined],
    ['beyond the backoff limit', job(), [], tally(0, 3), 'BackoffLimitExceeded'],
    [
      'at the first failure when none is allowed',
      job({ backoffLimit: 0 }),
      [],
      tally(0, 1),
      'BackoffLimitExceeded',
    ],
    [
      'when containers were restarted too often',
      job({ template: { spec: { restartPolicy: 'OnFailure' } } }),
      [pod('Running', { restarts: 2 })],
      tally(0, 0),
      'BackoffLimitExceeded',
    ],
    [
      'not for restarts of a pod that succeeded',
      job({ template: { spec: { restartPolicy: 'OnFailure' } } }),
      [pod('Succeeded', { restarts: 2 })],
      tally(1, 0),
      undefined,
    ],
    [
      'at the deadline',
      job({ activeDeadlineSeconds: 600 }, { startTime: '2026-01-01T00:00:00Z' }),
      [],
      tally(0, 0),
      'DeadlineExceeded',
    ],
    [
      'not before the deadline',
      job({ activeDeadlineSeconds: 601 }, { startTime: '2026-01-01T00:00:00Z' }),
      [],
      tally(0, 0),
      undefined,
    ],
    [
      'by the rule of a failure policy',
      job(),
      [],
      { ...tally(0, 1), failJob: 'exit code 2' },
      'PodFailurePolicy',
    ],
  ])('%s', (_what, given, pods, seen, reason) => {
    expect(failureOf(given, pods, seen, NOW)?.reason).toBe(reason);
  });
});

describe('isSucceeded', () => {
  it.each([
    ['with all completions', {}, [], tally(1, 0), true],
    ['not with some of them', { completions: 2 }, [], tally(1, 0), false],
    [
      'without completions when one succeeded and none runs',
      { completions: undefined },
      [],
      tally(1, 0),
      true,
    ],
    ['not without completions while one runs', { completions: undefined }, [running], tally(1, 0), false],
  ])('%s', (_what, spec, pods, seen, done) => {
    expect(isSucceeded(job(spec), pods, seen)).toBe(done);
  });
});

it('the pause before the next pod doubles with each failure, up to six minutes', () => {
  expect([0, 1, 2, 3, 9].map((failures) => backoffAfter(failures, 10_000))).toEqual([
    0, 10_000, 20_000, 40_000, 360_000,
  ]);
});
