import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { buildTrainingJob } from '../resources/training-job.ts';
import { aModel, NOW } from '../testing/builders.ts';
import { foreseen } from '../testing/foreseen.ts';
import { aShadowReport } from '../testing/played-answers.ts';
import { aRollingModel, bringUp, proving, serving, train } from '../testing/rollouts.ts';
import { upcomingOf } from './upcoming.ts';

describe('of a candidate that is put to the proof', () => {
  test('the verdict is foreseen, and with too few requests the last moment for it', () => {
    const cluster = proving();
    expect(foreseen(cluster)).toEqual(['12:01:00 v2 is judged by the requests that it is shown']);
    cluster.answers.shadow = aShadowReport({ requests: { compared: 9, errors: 0, dropped: 0 } });
    cluster.pass(61);
    cluster.settle();
    expect(foreseen(cluster)).toEqual(['12:05:00 v2 is refused if it has seen fewer than 100 requests']);
  });

  test('whose pods come up, it is the deadline for the next of them', () => {
    const cluster = aRollingModel({});
    train(cluster, 'v1');
    cluster.bringUp('retail-blue', 1);
    const { deployments } = cluster.stores;
    const blue = deployments.get('shop/retail-blue')!;
    const progressing = { type: 'Progressing', status: 'True', lastUpdateTime: '2026-11-23T12:00:30Z' };
    cluster.put(deployments, { ...blue, status: { ...blue.status, conditions: [progressing] } });
    expect(foreseen(cluster)).toEqual(['12:10:30 v1 is given up if no further pod of it is ready by then']);
  });

  test('without an analysis it is the deadline for its golden predictions', () => {
    const cluster = serving({});
    cluster.answers.golden = undefined;
    train(cluster, 'v2');
    bringUp(cluster, 'green');
    expect(foreseen(cluster)).toEqual([
      '12:10:00 v2 is refused if its golden predictions have not come back by its Service',
    ]);
  });
});

describe('after a switch', () => {
  test('the end of the rollback window is foreseen, and who waits for it', () => {
    const cluster = proving({});
    expect(cluster.serving).toBe('v2');
    expect(foreseen(cluster)).toEqual(['12:10:00 the rollback window is over: the pods of v1 go']);
    train(cluster, 'v3');
    expect(foreseen(cluster)).toEqual([
      '12:10:00 the rollback window is over: the pods of v1 go, and v3 comes up',
    ]);
    cluster.pass(600);
    expect(foreseen(cluster)).toEqual([]);
  });

  test('nothing is foreseen of a model that is paused', () => {
    const cluster = proving({});
    const { model } = cluster;
    const annotations = { 'stockout.dev/paused': 'true' };
    cluster.put(cluster.stores.models, { ...model, metadata: { ...model.metadata, annotations } });
    expect(foreseen(cluster)).toEqual([]);
  });
});

const around = (jobs: Job[]) => ({ services: [], deployments: [], jobs });

describe('of Jobs', () => {
  const model: StockoutModel = aModel();
  const job = buildTrainingJob({ model, run: 'retail-train-1', against: undefined, image: 'pipeline:test' });
  const ofComponent = (component: string, failedAt: string): Job => ({
    ...job,
    metadata: {
      ...job.metadata,
      labels: { ...job.metadata.labels, 'app.kubernetes.io/component': component },
    },
    spec: { ...job.spec, ttlSecondsAfterFinished: 600 },
    status: { conditions: [{ type: 'Failed', status: 'True', lastTransitionTime: failedAt }] },
  });

  test('one that runs has a deadline, one that has not begun has none yet', () => {
    const started = { ...job, status: { active: 1, startTime: '2026-11-23T11:59:00Z' } };
    expect(upcomingOf(model, around([started, job]), NOW)).toEqual([
      {
        at: new Date('2026-11-23T12:59:00Z'),
        what: 'retail-train-1 is ended if it is not done (activeDeadlineSeconds)',
      },
    ]);
  });

  test.each([
    ['Trained', 'StorageUnavailable', 'training', 'the training is run again: its storage may be back'],
    ['Tracked', 'TrackingFailed', 'tracking', 'MLflow is told again'],
    [
      'GatesPassed',
      'StorageUnavailable',
      'evaluation',
      'the comparison with what serves is made again: its storage may be back',
    ],
    ['Recovered', 'RecoveryFailed', 'recovery', 'storage is looked through again'],
  ])('%s %s is tried again, and it is foreseen when', (type, reason, component, what) => {
    const condition = {
      type,
      status: 'False' as const,
      lastTransitionTime: '',
      reason,
      message: '',
    };
    const failed = { ...model, status: { conditions: [condition] } };
    const jobs = [ofComponent(component, '2026-11-23T11:55:00Z')];
    expect(upcomingOf(failed, around(jobs), NOW)).toEqual([{ at: new Date('2026-11-23T12:05:00Z'), what }]);
    expect(upcomingOf(model, around(jobs), NOW)).toEqual([]);
  });
});
