import { type Manifest, STANDARD_FEATURES, versionPath } from '@stockout/contracts';
import type { ScoringJob, ScoringJobSpec } from '@stockout/crds';
import type { Storage } from '@stockout/storage';
import type { Scorer } from '../xgboost/scorer.ts';

/** A job as the API server returns it: with every default filled in. */
export function buildJob(spec: Partial<ScoringJobSpec> = {}): ScoringJob {
  return {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'ScoringJob',
    metadata: { name: 'nightly', namespace: 'default' },
    spec: {
      modelRef: { name: 'retail' },
      input: { lastDays: 3 },
      output: { table: 'predictions', mode: 'Overwrite' },
      shards: 1,
      suspend: false,
      concurrencyPolicy: 'Forbid',
      historyLimit: 5,
      engine: { type: 'DuckDB' },
      backoffLimit: 3,
      activeDeadlineSeconds: 3600,
      ...spec,
    },
  };
}

const SHA = `sha256:${'0'.repeat(64)}`;
const NONE = {
  auc: null,
  prAuc: null,
  f1: null,
  precision: null,
  recall: null,
  brier: null,
  logLoss: null,
  ece: null,
};

/** A version in storage, as far as scoring looks at it: its manifest. */
export async function putVersion(storage: Storage, version: string, passed = true): Promise<void> {
  const manifest: Manifest = {
    formatVersion: 1,
    namespace: 'default',
    model: 'retail',
    version,
    run: 'test',
    trainedAt: '2025-01-01T00:00:00.000Z',
    digest: SHA,
    files: {},
    features: STANDARD_FEATURES.map((name) => ({
      name,
      description: '',
      nullable: true,
      min: null,
      max: null,
      example: null,
    })),
    horizonDays: 7,
    threshold: { strategy: 'Fixed', value: 0.5 },
    data: {
      table: 'raw',
      version: 0,
      firstDay: '2025-01-01',
      lastDay: '2025-01-02',
      trainRows: 1,
      testRows: 1,
    },
    split: {},
    params: {},
    metrics: NONE,
    confusionMatrix: { tn: 0, fp: 0, fn: 0, tp: 0 },
    gates: [
      {
        metric: 'auc',
        rule: 'min',
        threshold: '0.9',
        value: 1,
        passed,
        reason: passed ? 'Passed' : 'BelowMinimum',
        message: '',
      },
    ],
    warnings: [],
    libraries: {},
    golden: [],
    histograms: { features: {}, score: { edges: [0, 1], counts: [1], nulls: 0 } },
  };
  await storage.put(`${versionPath('default', 'retail', version)}/manifest.json`, JSON.stringify(manifest));
}

/** A model that can be worked out by hand: the day's sales, which tests keep from 0 to 10, over 10. */
export async function loadSalesScorer(): Promise<Scorer> {
  const features = [...STANDARD_FEATURES];
  const sales = features.indexOf('daily_sales');
  return {
    features,
    threshold: 0.5,
    score: async (matrix, rows) =>
      Float32Array.from(
        { length: rows },
        (_, row) => (matrix[row * features.length + sales] ?? Number.NaN) / 10,
      ),
  };
}
