import { describe, expect, test } from 'vitest';
import { notYetSupported, readManifests } from './index.ts';

const model = (spec: object) => {
  const storage = { uri: 'file:///data', persistentVolumeClaim: { claimName: 'stockout-data' } };
  return read('StockoutModel', { storage, training: {}, ...spec }).models[0]!;
};
const job = (spec: object) => read('ScoringJob', { modelRef: { name: 'retail' }, ...spec }).scoringJobs[0]!;

function read(kind: string, spec: object) {
  const object = { apiVersion: 'stockout.dev/v1alpha1', kind, metadata: { name: 'retail' }, spec };
  return readManifests(JSON.stringify(object), 'test');
}

describe('what a spec asks for and is not built yet is named with what to write instead', () => {
  test('nothing of a spec that leaves all to its defaults', () => {
    expect(notYetSupported(model({}))).toEqual([]);
    expect(notYetSupported(job({}))).toEqual([]);
  });

  test('a field by its value, and nothing of those that are built', () => {
    const asked = model({
      storage: { uri: 's3://bucket/prod', persistentVolumeClaim: undefined },
      training: undefined,
      source: { uri: 's3://bucket/model.onnx' },
      monitoring: { drift: {} },
    });
    expect(notYetSupported(asked)).toEqual([
      'spec.source.uri s3://bucket/model.onnx (give the XGBoost model it was made from, .json or .ubj)',
    ]);
  });

  test.each([
    { tls: { secretName: 'stockout-tls' } },
    { auth: { rateLimitPerMinute: 60 } },
    { auth: { jwt: { issuer: 'https://issuer.example', audience: 'stockout' } } },
  ])('nothing of an analysis with %j', (serving) => {
    const spec = { serving: { ...serving, rollout: { analysis: {} } } };
    expect(notYetSupported(model(spec))).toEqual([]);
  });

  test('nothing of a scoring job, whatever it asks for', () => {
    expect(notYetSupported(job({ shards: 2, schedule: '0 4 * * *', concurrencyPolicy: 'Allow' }))).toEqual(
      [],
    );
  });
});
