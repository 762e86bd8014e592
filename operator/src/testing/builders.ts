import { LOOPBACK_NETWORK, type Metrics, type TrainResult } from '@stockout/contracts';
import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { NO_ANSWERS } from '../predictors/question.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import type { Settings } from '../settings.ts';
import type { ObservedModel } from '../stockoutmodel/observed.ts';

export const SETTINGS: Settings = {
  images: { pipeline: 'pipeline:test', predictor: 'predictor:test' },
  allowedNames: ['stockout-*'],
  podNetwork: LOOPBACK_NETWORK,
};

export const NOW = new Date('2026-11-23T12:00:00Z');

/** What is given replaces what the sample of the documentation says; defaults are filled as an API server does. */
type Change<T> = { [K in keyof T]?: T[K] extends object | undefined ? Change<T[K]> : T[K] };

export function aModel(
  spec: Change<StockoutModel['spec']> = {},
  metadata: Partial<StockoutModel['metadata']> = {},
): StockoutModel {
  const { storage, serving, ...rest } = spec;
  const object = {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name: 'retail', namespace: 'shop' },
    spec: {
      storage: {
        uri: 'file:///var/lib/stockout',
        persistentVolumeClaim: { claimName: 'stockout-data' },
        ...storage,
      },
      training: {},
      gates: [{ metric: 'auc', min: '0.95' }],
      serving: { ...serving, service: { type: 'LoadBalancer', ...serving?.service } },
      ...rest,
    },
  };
  const [model] = readManifests(JSON.stringify(object), 'the test').models;
  if (model === undefined) throw new Error('no model');
  return { ...model, metadata: { ...model.metadata, uid: 'model-uid', generation: 1, ...metadata } };
}

export function aScoringJob(
  spec: Change<ScoringJob['spec']> = {},
  metadata: Partial<ScoringJob['metadata']> = {},
): ScoringJob {
  const object = {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'ScoringJob',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { modelRef: { name: 'retail' }, input: { lastDays: 30 }, ...spec },
  };
  const [job] = readManifests(JSON.stringify(object), 'the test').scoringJobs;
  if (job === undefined) throw new Error('no scoring job');
  return { ...job, metadata: { ...job.metadata, uid: 'scoring-job-uid', generation: 1, ...metadata } };
}

export const GOOD: Metrics = {
  auc: 0.9935,
  prAuc: 0.98,
  f1: 0.9645,
  precision: 0.95,
  recall: 0.97,
  brier: 0.02,
  logLoss: 0.08,
  ece: 0.01,
};
export const POOR: Metrics = { ...GOOD, auc: 0.8 };

export function aTrainResult(version: string, changes: Partial<TrainResult> = {}): TrainResult {
  return {
    kind: 'train',
    run: `run-of-${version}`,
    version,
    uri: `file:///elsewhere/${version}`,
    digest: `sha256:${version.slice(1).padStart(64, '0')}`,
    trainedAt: '2026-11-23T11:00:00Z',
    dataVersion: 12,
    features: ['price', 'inventory'],
    metrics: GOOD,
    confusionMatrix: { tn: 90, fp: 2, fn: 1, tp: 7 },
    baseline: { feature: 'inventory', direction: -1, auc: 0.9, prAuc: 0.8, f1: 0.8 },
    gates: [],
    warnings: [],
    seconds: 20,
    ...changes,
  };
}

export function aVersion(version: string, changes: Partial<VersionRecord> = {}): VersionRecord {
  const uri = `file:///var/lib/stockout/models/shop/retail/${version}`;
  return { ...aTrainResult(version), uri, uid: `${version}-uid`, ...changes };
}

/** A model of which nothing is there yet, but `changes`. */
export function anObserved(model: StockoutModel, changes: Partial<ObservedModel> = {}): ObservedModel {
  return {
    model,
    versions: [],
    failures: [],
    runs: [],
    evaluationRuns: [],
    comparisons: [],
    comparisonFailures: [],
    otherRecords: [],
    trackingRuns: [],
    tracking: undefined,
    recoveryRuns: [],
    recovery: undefined,
    predictors: [],
    service: undefined,
    candidateService: undefined,
    answers: NO_ANSWERS,
    ...changes,
  };
}
