import { expect, it } from 'vitest';
import { buildTrainingJob } from '../resources/training-job.ts';
import { aModel, aTrainResult, NOW, SETTINGS } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { outcomeOf } from './run-outcome.ts';
import { runStateOf } from './run-state.ts';

const RUN = 'retail-train-1';
const OTHER = 'retail-train-2';
const RESULT = JSON.stringify(aTrainResult('v1', { run: RUN }));

/** Of a training whose pod exited with 0 and left this. */
function outcome(left: string, scheduled?: { for: string; unlessDataOf: string }) {
  const image = SETTINGS.images.pipeline;
  const job = buildTrainingJob({ model: aModel(), run: RUN, against: undefined, image, scheduled });
  const condition = { type: 'Complete', status: 'True', lastTransitionTime: NOW.toISOString() };
  const complete = { ...job, status: { conditions: [condition] } };
  return outcomeOf(runStateOf(complete, [podOf(job, 0, left)]), 'train', NOW);
}

it('a result of the run itself is taken', () => {
  expect(outcome(RESULT)).toMatchObject({ is: 'done', result: { version: 'v1' } });
});

it.each([
  ['nothing', '', 'no result that the operator can read: its termination message is empty'],
  [
    'no JSON',
    'Segmentation fault',
    'no result that the operator can read: its termination message is not JSON',
  ],
  [
    'a metric that is not a number',
    RESULT.replace('0.9935', 'NaN'),
    'no result that the operator can read: its termination message is not JSON',
  ],
  [
    'a metric without end',
    RESULT.replace('0.9935', '1e999'),
    'no result that the operator can read: metrics.auc: Invalid input: expected number, received Infinity',
  ],
  [
    'a result without a field',
    RESULT.replace('"version":"v1",', ''),
    'no result that the operator can read: version: Invalid input: expected string, received undefined',
  ],
  [
    'a result of another kind',
    '{"kind":"remove","versions":1,"files":2}',
    'a result of the kind remove, not train',
  ],
  [
    'a version of another model or another spec',
    RESULT.replace(RUN, OTHER),
    `the result of another run, ${OTHER}, of which nothing goes on record`,
  ],
])('a pod that ended well and left %s made no version, and says why', (_, left, why) => {
  expect(outcome(left)).toEqual({ is: 'failed', message: `${RUN} left ${why}`, isOfStorage: false });
});

it('a training by the schedule that found no newer data tells of the version that another run made', () => {
  const scheduled = { for: '2026-11-23T03:00:00Z', unlessDataOf: 'v1' };
  expect(outcome(RESULT.replace(RUN, OTHER), scheduled)).toMatchObject({ is: 'done' });
  const other = JSON.stringify(aTrainResult('v2', { run: OTHER }));
  expect(outcome(other, scheduled)).toMatchObject({ is: 'failed' });
});
