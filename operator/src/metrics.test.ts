import type { Condition, ScoringJobStatus, StockoutModelStatus } from '@stockout/crds';
import { describe, expect, it } from 'vitest';
import { createMetrics } from './create-metrics.ts';
import {
  countGateFailures,
  forgetAll,
  forgetModel,
  forgetScoringJob,
  measureModel,
  measureScoringJob,
} from './metrics.ts';
import { aModel, aScoringJob } from './testing/builders.ts';

const AT = '2026-11-23T11:00:00Z';
const SECONDS = Date.parse(AT) / 1000;

function condition(type: string, status: Condition['status'], reason: string): Condition {
  return { type, status, reason, message: '', lastTransitionTime: AT, observedGeneration: 1 };
}

function modelStatus(...conditions: Condition[]): StockoutModelStatus {
  const versions = [
    { name: 'v2', trainedAt: AT },
    { name: 'v1', trainedAt: '2026-11-20T11:00:00Z' },
  ];
  return { conditions, versions } as StockoutModelStatus;
}

/** The samples of one metric as lines of the exposition. */
async function samples(metrics: ReturnType<typeof createMetrics>, name: string): Promise<string[]> {
  const text = await metrics.registry.getSingleMetricAsString(name);
  return text.split('\n').filter((line) => line.startsWith(name));
}

describe('metrics of a model', () => {
  it('say whether what the spec asks for is made, why not, and when the newest version was trained', async () => {
    const metrics = createMetrics();
    measureModel(metrics, aModel(), modelStatus(condition('Trained', 'False', 'TrainingFailed')));
    expect(await samples(metrics, 'stockout_model_trained')).toEqual([
      'stockout_model_trained{namespace="shop",model="retail",reason="TrainingFailed"} 0',
    ]);
    expect(await samples(metrics, 'stockout_model_last_trained_timestamp_seconds')).toEqual([
      `stockout_model_last_trained_timestamp_seconds{namespace="shop",model="retail"} ${SECONDS}`,
    ]);
  });

  it('take a reason away that holds no longer, and all with the model', async () => {
    const metrics = createMetrics();
    const before = modelStatus(condition('Trained', 'False', 'Training'));
    measureModel(metrics, aModel(), before);
    const now = modelStatus(condition('Trained', 'True', 'Trained'), condition('Ready', 'True', 'Serving'));
    const model = { ...aModel(), status: before };
    measureModel(metrics, model, now);
    expect(await samples(metrics, 'stockout_model_trained')).toEqual([
      'stockout_model_trained{namespace="shop",model="retail",reason="Trained"} 1',
    ]);
    forgetModel(metrics, model, now);
    for (const name of ['stockout_model_trained', 'stockout_model_ready']) {
      expect(await samples(metrics, name)).toEqual([]);
    }
    expect(await samples(metrics, 'stockout_model_last_trained_timestamp_seconds')).toEqual([]);
  });
});

const versionWith = (passed: boolean, reason: string): StockoutModelStatus => {
  const gate = { metric: 'auc', rule: 'maxDropFromServing', threshold: '0', passed, reason };
  return { versions: [{ name: 'v2', gates: [gate] }] } as StockoutModelStatus;
};

describe('gates that a version did not pass', () => {
  it.each([
    ['are counted when the version is first told of', [versionWith(false, 'DroppedFromServing')], 1],
    ['are not counted while a comparison is missing', [versionWith(false, 'NotCompared')], 0],
    [
      'are counted once that comparison is made',
      [versionWith(false, 'NotCompared'), versionWith(false, 'DroppedFromServing')],
      1,
    ],
    [
      'are not counted when people change gates afterwards',
      [versionWith(true, 'Passed'), versionWith(false, 'DroppedFromServing')],
      0,
    ],
  ])('%s', async (_name, story, expected) => {
    const metrics = createMetrics();
    const model = aModel();
    for (const status of story) {
      countGateFailures(metrics, model, status);
      model.status = status;
    }
    const [sample = ' 0'] = await samples(metrics, 'stockout_gate_failures_total');
    expect(Number(sample.split(' ').at(-1))).toBe(expected);
  });
});

it('a model that is asked about other rows than it learned from has a metric for it', async () => {
  const metrics = createMetrics();
  measureModel(metrics, aModel(), modelStatus(condition('DriftDetected', 'True', 'DriftDetected')));
  expect(await samples(metrics, 'stockout_model_drift')).toEqual([
    'stockout_model_drift{namespace="shop",model="retail",reason="DriftDetected"} 1',
  ]);
  forgetAll(metrics);
  expect(await samples(metrics, 'stockout_model_drift')).toEqual([]);
});

describe('metrics of a scoring job', () => {
  const status: ScoringJobStatus = {
    conditions: [condition('Ready', 'False', 'Running')],
    lastSuccessfulTime: AT,
  } as ScoringJobStatus;

  it('say whether its newest run is committed and when the last one was, until it is gone', async () => {
    const metrics = createMetrics();
    measureScoringJob(metrics, aScoringJob(), status);
    expect(await samples(metrics, 'stockout_scoring_ready')).toEqual([
      'stockout_scoring_ready{namespace="shop",scoring_job="nightly",reason="Running"} 0',
    ]);
    expect(await samples(metrics, 'stockout_scoring_last_success_timestamp_seconds')).toEqual([
      `stockout_scoring_last_success_timestamp_seconds{namespace="shop",scoring_job="nightly"} ${SECONDS}`,
    ]);
    forgetScoringJob(metrics, { ...aScoringJob(), status });
    expect(await samples(metrics, 'stockout_scoring_ready')).toEqual([]);
    expect(await samples(metrics, 'stockout_scoring_last_success_timestamp_seconds')).toEqual([]);
  });

  it('are nothing that one tells who leads no longer', async () => {
    const metrics = createMetrics();
    measureScoringJob(metrics, aScoringJob(), status);
    measureModel(metrics, aModel(), modelStatus(condition('Trained', 'True', 'Trained')));
    forgetAll(metrics);
    for (const name of ['stockout_scoring_ready', 'stockout_model_trained']) {
      expect(await samples(metrics, name)).toEqual([]);
    }
  });
});
