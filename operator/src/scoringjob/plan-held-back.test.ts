import { describe, expect, test } from 'vitest';
import { runStateOf } from '../jobs/run-state.ts';
import { aModel, aScoringJob } from '../testing/builders.ts';
import type { ObservedScoringJob } from './observed.ts';
import { judge, kubeJob, model, run, running, withRuns } from './plan.test-support.ts';

test('a pause undoes nothing: what is committed stays so, what goes on is not said to be done', () => {
  const annotations = { 'stockout.dev/paused': 'true' };
  const paused = aScoringJob({}, { annotations });
  const done = judge({ job: withRuns(paused, { ...running, state: 'Succeeded', message: 'as it was' }) });
  expect(done.conditions).toEqual({
    Ready: 'True Paused: nothing is changed while the annotation stockout.dev/paused is "true"',
    Complete: `True Succeeded: ${run}: as it was`,
    Failed: 'False Paused: nothing is changed while the annotation stockout.dev/paused is "true"',
  });
  expect(judge({ job: withRuns(paused, running) }).conditions).toMatchObject({
    Ready: expect.stringMatching(/^False Paused/),
    Complete: expect.stringMatching(/^False Paused/),
  });
});

test('spec.suspend holds back a run that is due, and is no trouble', () => {
  const { runs, does, conditions } = judge({ job: aScoringJob({ suspend: true }) });
  expect({ runs, does }).toEqual({ runs: [], does: [] });
  expect(conditions['Ready']).toBe('False Suspended: no run starts while spec.suspend is true');
  expect(conditions).not.toHaveProperty('Stalled');
  expect(conditions).not.toHaveProperty('Reconciling');
});

test('spec.suspend lets a run that is under way come to its end', () => {
  const suspended = aScoringJob({ suspend: true });
  const { conditions } = judge({ job: withRuns(suspended, running), runs: [runStateOf(kubeJob, [])] });
  expect(conditions['Ready']).toMatch(/^False Running/);
});

describe('no run starts', () => {
  test.each<[string, Partial<ObservedScoringJob>, string]>([
    [
      'while there is no model',
      { model: undefined },
      'Reconciling True ModelNotFound: spec.modelRef.name: there is no StockoutModel retail in shop',
    ],
    [
      'while nothing serves',
      { model: aModel() },
      'Reconciling True NoServingVersion: the model retail serves no version yet',
    ],
    [
      'with a version that the model does not have yet',
      { job: aScoringJob({ version: 'v9' }) },
      'Reconciling True VersionNotFound: spec.version: the model retail has no v9; there are v1, v2, v3',
    ],
    [
      'with a version that did not pass its gates',
      { job: aScoringJob({ version: 'v3' }) },
      'Stalled True VersionRefused: spec.version: v3 of the model retail did not pass its gates',
    ],
    [
      'on the clocks of a time zone that does not exist',
      { job: aScoringJob({ schedule: '0 4 * * *', timeZone: 'Europe/Atlantis' }) },
      'Stalled True InvalidSchedule: spec.timeZone: there is no time zone Europe/Atlantis',
    ],
    [
      'on a storage that the allow-list does not let the model use',
      {
        model: {
          ...aModel({ storage: { persistentVolumeClaim: { claimName: 'secret' } } }),
          status: model.status!,
        },
      },
      'Reconciling True ModelNotReady: the model retail: spec.storage.persistentVolumeClaim.claimName: secret is not',
    ],
  ])('%s', (_name, observed, told) => {
    const { runs, does, conditions } = judge(observed);
    expect(runs).toEqual([]);
    expect(does).toEqual([]);
    const lines = Object.entries(conditions).map(([type, text]) => `${type} ${text}`);
    expect(lines.find((line) => line.startsWith(told))).toBeDefined();
    expect(conditions['Complete']).toMatch(/^False/);
    expect(conditions['Failed']).toMatch(/^False/);
  });
});
