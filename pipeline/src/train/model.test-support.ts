import type { StockoutModel, StockoutModelSpec } from '@stockout/crds';
import type { Training } from './supported.ts';

type Options = Partial<Omit<StockoutModelSpec, 'training'>> & {
  training?: Partial<Training>;
  params?: Partial<Training['params']>;
};

/** A model as the API server returns it: with every default filled in. */
export function buildModel({ training = {}, params = {}, ...spec }: Options = {}): StockoutModel {
  return {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name: 'retail', namespace: 'default' },
    spec: {
      storage: { uri: 'file:///nowhere' },
      data: { rawTable: 'raw', featuresTable: 'features', features: 'Standard', horizonDays: 7 },
      training: {
        params: {
          rounds: 200,
          maxDepth: 6,
          eta: '0.08',
          subsample: '0.9',
          colsampleByTree: '0.9',
          lambda: '1',
          minChildWeight: '1',
          seed: 42,
          ...params,
        },
        split: { strategy: 'Time', testDays: 30, testFraction: '0.2' },
        calibration: 'None',
        engine: { type: 'DuckDB' },
        backoffLimit: 2,
        activeDeadlineSeconds: 3600,
        ttlSecondsAfterFinished: 86_400,
        suspend: false,
        ...training,
      },
      gates: [
        { metric: 'auc', min: '0.95' },
        { metric: 'f1', min: '0.90' },
      ],
      promotion: { policy: 'Automatic' },
      serving: {
        replicas: 2,
        threshold: { strategy: 'Fixed', value: '0.5' },
        service: { type: 'LoadBalancer', port: 80 },
        rollout: { strategy: 'BlueGreen', progressDeadlineSeconds: 600, rollbackWindowSeconds: 600 },
      },
      versionHistoryLimit: 10,
      deletionPolicy: 'Retain',
      ...spec,
    },
  };
}

/** Trains in a tenth of a second on the rows of raw-table.test-support. */
export function smallModel(options: Options = {}): StockoutModel {
  return buildModel({
    params: { rounds: 10, maxDepth: 3, eta: '0.3' },
    training: { split: { strategy: 'Time', testDays: 14, testFraction: '0.25' } },
    ...options,
  });
}
