import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { describe, expect, test } from 'vitest';
import type { PodTemplate } from '../api/kubernetes.ts';
import { aModel, aScoringJob, aVersion } from '../testing/builders.ts';
import { buildEvaluateJob } from './evaluate-job.ts';
import { ANNOTATION } from './names.ts';
import { buildPredictorDeployment, speaksTls, templateHash } from './predictor-deployment.ts';
import { buildRegisterJob } from './register-job.ts';
import { buildScoringRun } from './scoring-job.ts';
import { buildTrainingJob } from './training-job.ts';

const model = aModel({ serving: { auth: { apiKeySecretRef: { name: 'stockout-api-key' } } } });
const train = buildTrainingJob({ model, run: 'retail-train-0', against: 'v1', image: 'pipeline:1' });
const compare = buildEvaluateJob(model, { version: 'v3', champion: 'v2' }, 'pipeline:1');
const score = buildScoringRun({
  job: aScoringJob(),
  model,
  run: 'nightly-0123456789-1',
  version: 'v2',
  image: 'pipeline:1',
});
const predictor = buildPredictorDeployment({
  model,
  color: 'blue',
  version: aVersion('v2'),
  image: 'predictor:1',
});
const templates: [string, PodTemplate][] = [
  ['training', train.spec.template],
  ['comparing', compare.spec.template],
  ['scoring', score.spec.template],
  ['predictor', predictor.spec.template],
];

const read = ({ metadata }: PodTemplate): { models: StockoutModel[]; scoringJobs: ScoringJob[] } =>
  readManifests(metadata.annotations?.[ANNOTATION.manifest] ?? '', 'the annotation');

const hash = (changed: StockoutModel, version = 'v2', image = 'predictor:1') =>
  templateHash({ model: changed, version: aVersion(version), image });

test.each(templates)('the %s pod is admitted by the restricted Pod Security Standard', (_name, { spec }) => {
  expect(spec.securityContext).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(spec.automountServiceAccountToken).toBe(false);
  expect(spec.containers[0]?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const volumes = spec.volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
  for (const kind of volumes) {
    expect(['emptyDir', 'persistentVolumeClaim', 'secret', 'downwardAPI']).toContain(kind);
  }
});

test.each(templates)('the %s pod mounts the volume at the path of the URI', (_name, { spec }) => {
  expect(spec.containers[0]?.volumeMounts).toContainEqual(
    expect.objectContaining({ name: 'storage', mountPath: '/var/lib/stockout' }),
  );
  expect(spec.volumes).toContainEqual(
    expect.objectContaining({
      name: 'storage',
      persistentVolumeClaim: expect.objectContaining({ claimName: 'stockout-data' }),
    }),
  );
});

describe('what the pods run', () => {
  test('a training reads its manifest, leaves its result and is compared with what serves', () => {
    const [container] = train.spec.template.spec.containers;
    expect([...(container?.command ?? []), ...(container?.args ?? [])].join(' ')).toBe(
      'stockout train -f /etc/stockout/manifest.yaml --storage file:///var/lib/stockout --run retail-train-0 --gates report --against v1 --result-file /dev/termination-log',
    );
  });

  test('a comparison reads both versions from a volume that it cannot write', () => {
    const { spec } = compare.spec.template;
    const [container] = spec.containers;
    expect(container?.args.join(' ')).toBe(
      'evaluate -f /etc/stockout/manifest.yaml --storage file:///var/lib/stockout --version v3 --against v2 --gates report --result-file /dev/termination-log',
    );
    expect(container?.volumeMounts).toContainEqual({
      name: 'storage',
      mountPath: '/var/lib/stockout',
      readOnly: true,
    });
  });

  test('a comparison has the keys to the Spark cluster that makes its rows, and the bounds of a training', () => {
    const engine = {
      type: 'Spark' as const,
      connectUrl: 'sc://spark',
      secretRef: { name: 'stockout-spark' },
    };
    const bounds = { backoffLimit: 1, activeDeadlineSeconds: 60 };
    const spark = aModel({ training: { engine, ...bounds } });
    const { spec } = buildEvaluateJob(spark, { version: 'v3', champion: 'v2' }, 'i');
    expect(spec.template.spec.containers[0]?.envFrom).toEqual([{ secretRef: { name: 'stockout-spark' } }]);
    expect(spec).toMatchObject(bounds);
  });

  test('a scoring run is pinned to its version', () => {
    expect(score.spec.template.spec.containers[0]?.args.join(' ')).toBe(
      'score -f /etc/stockout/manifest.yaml --storage file:///var/lib/stockout --run nightly-0123456789-1 --model-version v2 --result-file /dev/termination-log',
    );
  });

  test('a predictor serves one digest, with the keys of the Secret, from a volume that it cannot write', () => {
    const { spec } = predictor.spec.template;
    const [container] = spec.containers;
    expect(container?.args.join(' ')).toBe(
      `serve --model file:///var/lib/stockout/models/shop/retail/v2 --digest ${aVersion('v2').digest} --port 8000 --grpc-port 8001 --admin-port 9090 --api-keys-dir /etc/stockout/api-keys`,
    );
    expect(container?.volumeMounts).toContainEqual({
      name: 'storage',
      mountPath: '/var/lib/stockout',
      readOnly: true,
    });
    expect(spec.volumes).toContainEqual({ name: 'api-keys', secret: { secretName: 'stockout-api-key' } });
  });

  test('a predictor with a certificate has it from its Secret, and one without says nothing of it', () => {
    const secure = aModel({ serving: { tls: { secretName: 'stockout-tls' } } });
    const version = aVersion('v2');
    const [withTls, without] = [secure, aModel()].map((each) =>
      buildPredictorDeployment({ model: each, color: 'blue', version, image: 'predictor:1' }),
    );
    const { containers, volumes } = withTls!.spec.template.spec;
    expect(containers[0]?.args.join(' ')).toContain('--tls-dir /etc/stockout/tls');
    expect(containers[0]?.volumeMounts).toContainEqual({
      name: 'tls',
      mountPath: '/etc/stockout/tls',
      readOnly: true,
    });
    expect(volumes).toContainEqual({ name: 'tls', secret: { secretName: 'stockout-tls' } });
    expect([withTls, without].map((each) => speaksTls(each!))).toEqual([true, false]);
    expect(JSON.stringify(without)).not.toContain('tls');
  });

  test('a predictor is told who is let in and how often, in the very words of the spec', () => {
    const jwt = { issuer: 'https://id.example/$(AWS_SECRET_ACCESS_KEY)', audience: 'stockout' };
    const guarded = aModel({ serving: { auth: { jwt, rateLimitPerMinute: 600 } } });
    const version = aVersion('v2');
    const deployment = buildPredictorDeployment({ model: guarded, color: 'blue', version, image: 'i' });
    // A doubled dollar is one, and no variable begins there.
    expect(deployment.spec.template.spec.containers[0]?.args.join(' ')).toContain(
      '--jwt-issuer https://id.example/$$(AWS_SECRET_ACCESS_KEY) --jwt-audience stockout --rate-limit-per-minute 600',
    );
  });

  test('a predictor without keys mounts none', () => {
    const open = buildPredictorDeployment({
      model: aModel(),
      color: 'green',
      version: aVersion('v1'),
      image: 'predictor:1',
    });
    expect(JSON.stringify(open)).not.toContain('api-keys');
  });

  test('credentials of a cloud storage come as environment, those of a workload identity by its account', () => {
    const cloud = { ...model, spec: { ...model.spec } };
    cloud.spec.storage = { uri: 's3://bucket/prod', secretRef: { name: 'stockout-storage' } };
    const input = { model: cloud, run: 'r', against: undefined, image: 'i' };
    const { spec } = buildTrainingJob(input).spec.template;
    expect(spec.containers[0]?.envFrom).toEqual([{ secretRef: { name: 'stockout-storage' } }]);
    expect(spec.volumes.map(({ name }) => name)).toEqual(['tmp', 'manifest']);
    cloud.spec.storage = { uri: 's3://bucket/prod', serviceAccountName: 'stockout-data' };
    const version = { ...aVersion('v2'), uri: 's3://bucket/prod/models/shop/retail/v2' };
    const serving = buildPredictorDeployment({ model: cloud, color: 'blue', version, image: 'i' });
    for (const { template } of [buildTrainingJob(input).spec, serving.spec]) {
      expect(template.spec.serviceAccountName).toBe('stockout-data');
      // Without it AKS gives the pod no token.
      expect(template.metadata.labels).toMatchObject({ 'azure.workload.identity/use': 'true' });
      expect(template.spec.containers[0]).not.toHaveProperty('envFrom');
    }
  });
});

describe('where the pods run', () => {
  const training = pool('training');
  const serving = pool('serving');
  const scoring = pool('scoring');
  const placed = aModel({ training, serving });
  const version = aVersion('v2');
  const input = { run: 'r', version: 'v2', image: 'i' };

  test.each([
    ['a training', training, buildTrainingJob({ model: placed, against: undefined, ...input })],
    ['a comparison', training, buildEvaluateJob(placed, { version: 'v3', champion: 'v2' }, 'i')],
    ['what MLflow is told', training, buildRegisterJob(placed, { versions: ['v2'], aliases: {} }, 'i')],
    ['a scoring run', scoring, buildScoringRun({ job: aScoringJob(scoring), model: placed, ...input })],
    ['a predictor', serving, buildPredictorDeployment({ model: placed, color: 'blue', version, image: 'i' })],
  ])('%s has the nodes that its own part of the spec names', (_name, expected, { spec }) => {
    expect(spec.template.spec).toMatchObject(expected);
  });

  test.each(templates)('the %s pod says nothing of nodes where nothing is asked for', (_name, { spec }) => {
    expect(spec).not.toHaveProperty('nodeSelector');
    expect(spec).not.toHaveProperty('tolerations');
  });

  test('what an API server leaves out is left out, or it would differ from what is wanted for ever', () => {
    const tolerations = [{ key: 'spot', operator: 'Exists' as const, value: '' }];
    const empty = aModel({ serving: { nodeSelector: {}, tolerations } });
    const { spec } = buildPredictorDeployment({ model: empty, color: 'blue', version, image: 'i' }).spec
      .template;
    expect(spec).not.toHaveProperty('nodeSelector');
    expect(spec.tolerations).toEqual([{ key: 'spot', operator: 'Exists' }]);
    const nothing = aModel({ serving: { nodeSelector: {}, tolerations: [] } });
    expect(hash(nothing)).toBe(hash(aModel()));
  });
});

describe('the manifest in a pod', () => {
  test('of a training is the model as it was applied', () => {
    const { models, scoringJobs } = read(train.spec.template);
    expect(models.map(({ spec }) => spec)).toEqual([model.spec]);
    expect(scoringJobs).toEqual([]);
  });

  test('of a scoring run is the scoring job and its model', () => {
    const { models, scoringJobs } = read(score.spec.template);
    expect(models.map(({ spec }) => spec)).toEqual([model.spec]);
    expect(scoringJobs.map(({ spec }) => spec)).toEqual([aScoringJob().spec]);
  });
});

describe('two candidates are the same', () => {
  test('when only replicas, gates or the rollout differ', () => {
    const changed = structuredClone(model);
    changed.spec.serving.replicas = 5;
    changed.spec.serving.rollout.progressDeadlineSeconds = 5;
    changed.spec.gates = [{ metric: 'f1', min: '0.1' }];
    expect(hash(changed)).toBe(hash(model));
  });

  test('not when version, resources, nodes or image differ', () => {
    const changed = structuredClone(model);
    changed.spec.serving.resources = { limits: { memory: '1Gi' } };
    const { nodeSelector, tolerations } = pool('serving');
    const elsewhere = structuredClone(model);
    elsewhere.spec.serving.nodeSelector = nodeSelector;
    const tolerant = structuredClone(model);
    tolerant.spec.serving.tolerations = tolerations;
    const hashes = [model, changed, elsewhere, tolerant].map((each) => hash(each));
    const others = [hash(model, 'v3'), hash(model, 'v2', 'predictor:2')];
    expect(new Set([...hashes, ...others]).size).toBe(6);
  });
});

test('a wrong spec fails a Job at once, an eviction does not count', () => {
  expect(train.spec.podFailurePolicy).toEqual({
    rules: [
      { action: 'FailJob', onExitCodes: { containerName: 'train', operator: 'In', values: [2] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  });
});

test('every child is owned by its object and goes with it', () => {
  for (const [child, kind] of [
    [train, 'StockoutModel'],
    [compare, 'StockoutModel'],
    [predictor, 'StockoutModel'],
    [score, 'ScoringJob'],
  ] as const) {
    expect(child.metadata.ownerReferences).toMatchObject([
      { kind, controller: true, blockOwnerDeletion: true },
    ]);
  }
});

function pool(name: string) {
  const toleration = { key: 'stockout.dev/pool', value: name, effect: 'NoSchedule' as const };
  return { nodeSelector: { pool: name }, tolerations: [toleration] };
}
