import { describe, expect, test } from 'vitest';
import { describeAction } from '../../actions.ts';
import { runStateOf } from '../../jobs/run-state.ts';
import { buildTrainingJob } from '../../resources/training-job.ts';
import { trainingAttempt, trainingRunName } from '../../resources/run-names.ts';
import type { ObservedModel } from '../../stockoutmodel/observed.ts';
import { aModel, anObserved, aTrainResult, aVersion, NOW } from '../../testing/builders.ts';
import { podOf } from '../../testing/fake-cluster.ts';
import { planTraining } from './training.ts';

const plan = (observed: ObservedModel, rollingOut = false) => {
  const { verdict, actions, ...rest } = planTraining(observed, {
    now: NOW,
    image: 'pipeline:test',
    rollingOut,
  });
  return { ...verdict, ...rest, does: actions.map(describeAction) };
};
const model = aModel();
const run = trainingRunName(model);
const attempt = trainingAttempt(model);
const AGAIN =
  ' (change spec.training, spec.source, spec.data or spec.storage, or set the annotation stockout.dev/retrain-requested-at to a new value, to try again)';
const job = buildTrainingJob({ model, run, against: undefined, image: 'pipeline:test' });
const ended = (type: string, secondsAgo: number, reason?: string) => ({
  ...job,
  status: {
    conditions: [
      {
        type,
        status: 'True',
        lastTransitionTime: new Date(NOW.getTime() - secondsAgo * 1000).toISOString(),
        ...(reason === undefined ? {} : { reason, message: 'the message of the Job' }),
      },
    ],
  },
});

describe('a version that the spec asks for', () => {
  test('is trained when there is none', () => {
    expect(plan(anObserved(model))).toMatchObject({
      status: 'False',
      reason: 'Training',
      message: `the training ${run} starts`,
      busy: true,
      does: [`create Job ${run}: trains a version, nothing serves yet`],
    });
  });

  test('is not trained again when it is on record', () => {
    expect(plan(anObserved(model, { versions: [aVersion('v4', { run })] }))).toMatchObject({
      status: 'True',
      reason: 'Trained',
      message: 'v4 was trained at 2026-11-23T11:00:00Z on version 12 of retail_stockout_data',
      does: [],
    });
  });

  test('waits for a candidate that is on its way when a gate compares with what serves', () => {
    const relative = aModel({ gates: [{ metric: 'auc', maxDropFromServing: '0.01' }] });
    expect(plan(anObserved(relative), true)).toMatchObject({
      reason: 'WaitingForRollout',
      message: 'the training starts once it is known which version serves: a gate compares with it',
      busy: true,
      does: [],
    });
    expect(plan(anObserved(model), true).does).toHaveLength(1);
  });
});

describe('a training that runs', () => {
  test('says why its pod does not start', () => {
    const pod = podOf(job, 0, '');
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    pod.status = {
      containerStatuses: [{ name: 'train', ready: false, restartCount: 0, state: { waiting } }],
    };
    expect(plan(anObserved(model, { runs: [runStateOf(job, [pod])] }))).toMatchObject({
      reason: 'Training',
      message: `the training ${run} runs, but its pod does not start: ImagePullBackOff: no such image`,
      does: [],
    });
  });

  describe('on a node that does not take it', () => {
    const pod = podOf(job, 0, '');
    const message = '0/1 nodes are available: 1 node(s) had untolerated taint(s).';
    const refused = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    pod.status = { phase: 'Pending', conditions: [refused] };
    const runs = [runStateOf(job, [pod])];
    const tolerant = aModel({
      training: { tolerations: [{ key: 'stockout.dev/pool', operator: 'Exists' }] },
    });

    test('says so', () => {
      expect(plan(anObserved(model, { runs }))).toMatchObject({
        reason: 'Training',
        message: `the training ${run} runs, but its pod does not start: Unschedulable: ${message}`,
        does: [],
      });
    });

    test('is run again once the spec tolerates the taint, as the same training', () => {
      expect(trainingRunName(tolerant)).toBe(run);
      expect(plan(anObserved(tolerant, { runs }))).toMatchObject({
        reason: 'Training',
        does: [`delete Job ${run}: it is run again, as the spec says by now`],
      });
    });

    test('goes on undisturbed when it runs by then', () => {
      const running = [runStateOf(job, [])];
      expect(plan(anObserved(tolerant, { runs: running })).does).toEqual([]);
    });
  });

  test('is ended when the spec asks for another version by now', () => {
    const other = aModel({ training: { params: { rounds: 5 } } });
    expect(plan(anObserved(other, { runs: [runStateOf(job, [])] })).does).toEqual([
      `delete Job ${run}: the spec asks for another version by now`,
      `create Job ${trainingRunName(other)}: trains a version, nothing serves yet`,
    ]);
  });

  test('goes on where the spec that asked for it has not been seen yet, and nothing is begun for the one of before', () => {
    const newer = aModel({ training: { params: { rounds: 5 } } }, { generation: 2 });
    const today = trainingRunName(newer);
    const ofToday = buildTrainingJob({
      model: newer,
      run: today,
      against: undefined,
      image: 'pipeline:test',
    });
    expect(plan(anObserved(model, { runs: [runStateOf(ofToday, [])] }))).toMatchObject({
      message: `the training ${today} runs, of a spec that is not seen yet`,
      does: [],
    });
  });
});

describe('a training that ended', () => {
  const result = JSON.stringify(aTrainResult('v1', { run }));

  test('goes on record, at its place in the storage that it worked on', () => {
    const state = runStateOf(ended('Complete', 0), [podOf(job, 0, result)]);
    const { actions } = planTraining(
      anObserved(aModel({ storage: { uri: 'file:///moved' } }), { runs: [state] }),
      {
        now: NOW,
        image: 'pipeline:test',
        rollingOut: false,
      },
    );
    const record = actions.find((action) => action.object.kind === 'ConfigMap');
    expect(record?.object).toMatchObject({ metadata: { name: 'retail-v1' }, immutable: true });
    expect(JSON.stringify(record?.object)).toContain('file:///var/lib/stockout/models/shop/retail/v1');
  });

  test('is waited for while its pod was not seen', () => {
    const waited = plan(anObserved(model, { runs: [runStateOf(ended('Complete', 4), [])] }));
    expect(waited).toMatchObject({ reason: 'Training', requeueAfterMs: 56_000, does: [] });
  });

  test('is run again when its pod is gone', () => {
    expect(plan(anObserved(model, { runs: [runStateOf(ended('Complete', 60), [])] })).does).toEqual([
      `delete Job ${run}: its result was lost, it is run again`,
    ]);
  });

  test('failed when it left nothing that can go on record', () => {
    const state = runStateOf(ended('Complete', 0), [podOf(job, 0, 'Segmentation fault')]);
    expect(plan(anObserved(model, { runs: [state] }))).toMatchObject({
      status: 'False',
      reason: 'TrainingFailed',
      message: `${run} left no result that the operator can read: its termination message is not JSON${AGAIN}`,
      does: [`create ConfigMap ${run}: the training failed for good`],
    });
  });

  test.each([
    [
      'with the failure that it told',
      JSON.stringify({ kind: 'failure', exitCode: 2, message: 'spec.data: no rows' }),
      undefined,
      'failed: spec.data: no rows',
    ],
    ['with the end of its log', 'Killed by a bug\n', undefined, 'failed: Killed by a bug'],
    ['with its exit code when it said nothing', '', 'BackoffLimitExceeded', 'failed: exit code 2'],
    [
      'for lack of time',
      '',
      'DeadlineExceeded',
      'was not done within activeDeadlineSeconds (3600 s): exit code 2',
    ],
  ])('failed %s', (_name, words, reason, message) => {
    const state = runStateOf(ended('Failed', 0, reason), [podOf(job, 2, words)]);
    expect(plan(anObserved(model, { runs: [state] })).message).toBe(`${run} ${message}${AGAIN}`);
  });

  test('failed with the word of the Job when its pod is gone', () => {
    const state = runStateOf(ended('Failed', 60, 'BackoffLimitExceeded'), []);
    expect(plan(anObserved(model, { runs: [state] })).message).toBe(
      `${run} failed: the message of the Job${AGAIN}`,
    );
  });

  test('failed for lack of memory', () => {
    const pod = podOf(job, 137, '');
    pod.status!.containerStatuses![0]!.state!.terminated!.reason = 'OOMKilled';
    expect(plan(anObserved(model, { runs: [runStateOf(ended('Failed', 0), [pod])] })).message).toBe(
      `${run} failed: out of memory: raise resources.limits.memory${AGAIN}`,
    );
  });

  test('is not run again after a failure that is on record, which the next spec drops', () => {
    const failures = [{ run, attempt, message: `${run} failed: no rows`, uid: 'failure-uid' }];
    const failed = plan(anObserved(model, { failures }));
    const message = `${run} failed: no rows${AGAIN}`;
    expect(failed).toMatchObject({ reason: 'TrainingFailed', message, does: [] });
    const other = aModel({ training: { params: { rounds: 5 } } });
    expect(plan(anObserved(other, { failures })).does[0]).toBe(
      `delete ConfigMap ${run}: the spec was changed since`,
    );
  });
});

describe('the Job is to run in another way by now', () => {
  const roomier = aModel({ training: { resources: { limits: { memory: '8Gi' } } } });
  const failure = { run, attempt, message: 'out of memory', uid: 'failure-uid' };
  const oom = runStateOf(ended('Failed', 60), []);

  test('so the run that failed is run again: its record and its Job go, then it starts', () => {
    expect(trainingRunName(roomier)).toBe(run);
    expect(plan(anObserved(roomier, { failures: [failure], runs: [oom] }))).toMatchObject({
      reason: 'Training',
      busy: true,
      does: [
        `delete ConfigMap ${run}: the spec was changed since`,
        `delete Job ${run}: it is run again, as the spec says by now`,
      ],
    });
    expect(plan(anObserved(roomier)).does).toEqual([
      `create Job ${run}: trains a version, nothing serves yet`,
    ]);
  });

  test('but what fails again stays failed, on a record of its own', () => {
    const again = buildTrainingJob({ model: roomier, run, against: undefined, image: 'pipeline:test' });
    const state = runStateOf({ ...again, status: ended('Failed', 60).status }, []);
    expect(plan(anObserved(roomier, { failures: [failure], runs: [state] })).does).toEqual([
      `delete ConfigMap ${run}: the spec was changed since`,
      `create ConfigMap ${run}: the training failed for good`,
    ]);
  });

  test('so a pod that does not start is not waited for', () => {
    const pod = podOf(job, 0, '');
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no claim' };
    pod.status = { conditions: [condition] };
    const stuck = runStateOf(job, [pod]);
    expect(plan(anObserved(roomier, { runs: [stuck] })).does).toEqual([
      `delete Job ${run}: it is run again, as the spec says by now`,
    ]);
    expect(plan(anObserved(model, { runs: [stuck] })).does).toEqual([]);
  });

  test('but one that is under way goes on', () => {
    expect(plan(anObserved(roomier, { runs: [runStateOf(job, [])] })).does).toEqual([]);
  });
});

describe('spec.training.suspend', () => {
  const suspended = aModel({ training: { suspend: true } });

  test('starts no training, and says so', () => {
    expect(plan(anObserved(suspended))).toMatchObject({
      status: 'False',
      reason: 'Suspended',
      message: 'no training starts while spec.training.suspend is true',
      busy: false,
      failed: undefined,
      does: [],
    });
  });

  test('lets one that is under way come to its end', () => {
    expect(plan(anObserved(suspended, { runs: [runStateOf(job, [])] }))).toMatchObject({
      reason: 'Training',
      does: [],
    });
  });
});
