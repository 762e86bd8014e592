import type { StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aModel, aScoringJob } from '../../operator/src/testing/builders.ts';
import { madeWithPods } from '../../operator/src/testing/made-objects.ts';
import { kubectl } from './kubectl.ts';
import { podTemplatesOf, type PodTemplate, RestrictedNamespace } from './pod-security.ts';

const SECRET = { name: 'stockout-secret' };
const SPARK = { type: 'Spark' as const, connectUrl: 'sc://spark:15002', secretRef: SECRET };

/** What shapes a pod: where data lies, and what it is told by Secrets. */
const MODELS: Record<string, StockoutModel> = {
  'on a volume': aModel({ serving: { auth: { apiKeySecretRef: SECRET } } }),
  'by workload identity': cloudModel({
    uri: 'abfss://c@a.dfs.core.windows.net',
    serviceAccountName: 'stockout-data',
  }),
  'by a key': cloudModel({ uri: 's3://bucket/prod', secretRef: SECRET }),
  'shown in MLflow': aModel({
    tracking: {
      mlflow: { trackingUri: 'http://mlflow:5000', registeredModel: 'stockout', secretRef: SECRET },
    },
    training: { engine: SPARK },
  }),
};

describe('pods that the operator makes are admitted under the restricted Pod Security Standard', () => {
  const namespace = new RestrictedNamespace('stockout-operator-pods');

  beforeAll(() => namespace.create());

  afterAll(async () => {
    await kubectl(['delete', 'namespace', namespace.name, '--wait=false']);
  });

  it.each(Object.entries(MODELS))('of a model %s', async (_, model) => {
    for (const template of templatesOf(model)) expect(await namespace.refuse(template)).toBeUndefined();
  });

  it('and one that may gain privileges is not: the namespace does refuse', async () => {
    const [template] = templatesOf(aModel());
    const spec = { ...template?.spec, securityContext: {} };
    expect(await namespace.refuse({ ...template, of: 'a pod', spec })).toMatch(
      /violates PodSecurity "restricted/,
    );
  });
});

function cloudModel(storage: object): StockoutModel {
  const { apiVersion, kind, metadata, spec } = aModel();
  const [model] = readManifests(
    JSON.stringify({ apiVersion, kind, metadata: { name: metadata.name }, spec: { ...spec, storage } }),
    'the test',
  ).models;
  return { ...(model as StockoutModel), metadata };
}

function templatesOf(model: StockoutModel): PodTemplate[] {
  const engine = model.spec.training?.engine;
  const job = aScoringJob(engine === undefined ? {} : { engine });
  return Object.values(madeWithPods(model, job)).flatMap(podTemplatesOf);
}
