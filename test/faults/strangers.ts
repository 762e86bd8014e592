import { setTimeout as delay } from 'node:timers/promises';
import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { isCode } from '@stockout/localcluster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
import { collectionPath, kindOf, objectPath } from '../../operator/src/kube/kinds.ts';
import { buildAutoscaler } from '../../operator/src/resources/autoscaler.ts';
import { buildCandidateService } from '../../operator/src/resources/candidate-service.ts';
import { buildDisruptionBudget } from '../../operator/src/resources/disruption-budget.ts';
import { buildPredictorDeployment } from '../../operator/src/resources/predictor-deployment.ts';
import { buildRemovalJob } from '../../operator/src/resources/removal-job.ts';
import { scoringRunName, trainingRunName } from '../../operator/src/resources/run-names.ts';
import { buildScoringRun } from '../../operator/src/resources/scoring-job.ts';
import { buildService } from '../../operator/src/resources/service.ts';
import { buildTrainingJob } from '../../operator/src/resources/training-job.ts';
import { buildVersionRecord } from '../../operator/src/resources/version-record.ts';
import { aTrainResult } from '../../operator/src/testing/builders.ts';
import type { FaultTier } from './lives.ts';
import { OperatorBehindProxy } from './operator-behind-proxy.ts';
import { PlayedStorage } from './played-storage.ts';
import { conditionOf, edit, pathOf, type Told } from './told.ts';

const PATIENCE_MS = 60_000;
const MODEL = 'retail';
const SCORING = 'nightly';
const PAUSED = 'stockout.dev/paused';
const AUTOSCALING = { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 };
const image = 'ghcr.io/someone/else:1';
const version = { version: 'v1', uri: 'abfss://c@account.dfs.core.windows.net/p/v1', digest: 'sha256:0' };

type Build = (model: StockoutModel, job: ScoringJob) => KubeObject;

/** What the operator makes, and would find made by somebody else: all but its owner is as the operator's own. */
const STRANGERS: readonly [what: string, build: Build, spec?: object][] = [
  ['the Service', (model) => buildService({ model, color: 'blue' })],
  ["the candidate's Service", (model) => buildCandidateService(model, 'blue')],
  [
    "the predictor's Deployment",
    (model) => buildPredictorDeployment({ model, color: 'blue', version, image, replicas: 0 }),
  ],
  ['the PodDisruptionBudget', (model) => buildDisruptionBudget(model, 'blue')],
  [
    'the HorizontalPodAutoscaler',
    (model) => buildAutoscaler(model, AUTOSCALING, 'blue'),
    { serving: { autoscaling: AUTOSCALING } },
  ],
  ["a version's record", (model) => buildVersionRecord(model, aTrainResult('v1'), model.spec.storage.uri)],
  [
    'the Job of a training',
    (model) => idle(buildTrainingJob({ model, run: trainingRunName(model), against: undefined, image })),
  ],
  [
    'the Job of a scoring run',
    (model, job) => idle(buildScoringRun({ job, model, run: scoringRunName(job), version: 'v1', image })),
  ],
];

/**
 * Declares tests that what somebody else made under a name that the operator would use stays as it is, that a condition
 * says so, and that the operator goes on once the name is free.
 */
export function describeStrangers(where: string, start: () => Promise<FaultTier>): void {
  describe(`a name that is taken ${where}`, () => {
    let tier: FaultTier;

    beforeAll(async () => {
      tier = await start();
    });
    afterAll(() => tier?.stop());

    it.concurrent.each(STRANGERS)(
      'of %s: it stays as it is, a condition says so, and once it is gone all goes on',
      async (_, build, spec = {}) => {
        await live(tier, async (told) => {
          const [model, job] = await applyPaused(told, spec);
          const stranger = await make(told, build(model, job));
          await edit(told, 'stockoutmodels', MODEL, { metadata: { annotations: { [PAUSED]: null } } });
          await untilSaid(told, sentenceOf(stranger));
          await expectUntouched(told, stranger);
          await tier.client.delete(pathTo(stranger));
          await untilTrue(told, 'all goes on', (now, scoring) => isServing(now) && hasScored(scoring));
        });
      },
      2 * PATIENCE_MS,
    );

    it.concurrent(
      'of the Job that removes versions: the model waits, says so, and goes once the name is free',
      async () => {
        await live(tier, async (told) => {
          const [model] = await applyPaused(told, { deletionPolicy: 'Delete' });
          const stranger = await make(told, idle(buildRemovalJob(model, image)));
          await edit(told, 'stockoutmodels', MODEL, { metadata: { annotations: { [PAUSED]: null } } });
          await untilTrue(told, 'it serves', isServing);
          await tier.client.delete(pathOf(told, 'stockoutmodels', MODEL));
          await untilSaid(told, sentenceOf(stranger));
          await expectUntouched(told, stranger);
          await tier.client.delete(pathTo(stranger));
          await untilGone(told);
        });
      },
      2 * PATIENCE_MS,
    );
  });
}

let count = 0;

/** In a namespace of its own, with an operator of its own. */
async function live(tier: FaultTier, play: (told: Told) => Promise<void>): Promise<void> {
  const { client, access, node, folder } = tier;
  const namespace = `stranger-${++count}-${Date.now().toString(36)}`;
  await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
  node.mount(namespace, new PlayedStorage());
  const operator = await OperatorBehindProxy.start({ access, namespace, folder, past: new Map() }, {});
  try {
    await play({ client, namespace });
  } finally {
    await operator.stop();
    await client.delete(`/api/v1/namespaces/${namespace}`);
  }
}

/** As they are once the API server has taken them, and nothing has been done for them. */
async function applyPaused(told: Told, spec: object): Promise<[StockoutModel, ScoringJob]> {
  const { client } = told;
  const model = await client.post<StockoutModel>(pathOf(told, 'stockoutmodels'), modelObject(spec));
  const job = await client.post<ScoringJob>(pathOf(told, 'scoringjobs'), {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'ScoringJob',
    metadata: { name: SCORING },
    spec: { modelRef: { name: MODEL }, input: { lastDays: 30 } },
  });
  return [model, job];
}

function modelObject({ serving, ...spec }: { serving?: object }): object {
  return {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name: MODEL, annotations: { [PAUSED]: 'true' } },
    spec: {
      storage: { uri: 'abfss://c@account.dfs.core.windows.net/p', secretRef: { name: 'stockout-storage' } },
      training: { params: { rounds: 100 } },
      gates: [{ metric: 'auc', min: '0.95' }],
      serving: { replicas: 2, service: { type: 'ClusterIP' }, ...serving },
      ...spec,
    },
  };
}

/** Nothing runs of a stranger. */
function idle<T extends KubeObject & { spec: object }>(job: T): T {
  return { ...job, spec: { ...job.spec, suspend: true } };
}

async function make({ client }: Told, object: KubeObject): Promise<KubeObject> {
  const { ownerReferences: _ours, ...metadata } = object.metadata;
  const path = collectionPath(kindOf(object), metadata.namespace);
  return client.post<KubeObject>(path, { ...object, metadata });
}

function pathTo(object: KubeObject): string {
  return objectPath(kindOf(object), object.metadata.namespace, object.metadata.name);
}

function sentenceOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `the ${kind} ${name} in ${namespace} exists and is not this object's: delete or rename it`;
}

/** Its own controller counts in its status, and nobody else has written anything of it. */
async function expectUntouched({ client }: Told, stranger: KubeObject): Promise<void> {
  const now = await client.get<KubeObject>(pathTo(stranger));
  expect(asMade(now)).toEqual(asMade(stranger));
  expect(now.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('stockout-operator');
}

function asMade(object: KubeObject): object {
  const { spec, data, metadata } = object as KubeObject & { spec?: object; data?: object };
  const { uid, labels, ownerReferences } = metadata;
  return { uid, labels, ownerReferences, spec, data };
}

function isServing(model: StockoutModel): boolean {
  return model.status?.servingVersion === 'v1' && conditionOf(model, 'Ready')?.status === 'True';
}

function hasScored({ status }: ScoringJob): boolean {
  return status?.runs?.[0]?.state === 'Succeeded';
}

async function untilSaid(told: Told, sentence: string): Promise<void> {
  await untilTrue(told, sentence, (...objects) =>
    objects
      .flatMap(({ status }) => status?.conditions ?? [])
      .some(({ reason, message }) => reason === 'NameTaken' && message === sentence),
  );
}

/** @throws Error with what stands in their status when it does not come true */
async function untilTrue(
  told: Told,
  what: string,
  isTrue: (model: StockoutModel, job: ScoringJob) => boolean,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const model = await told.client.get<StockoutModel>(pathOf(told, 'stockoutmodels', MODEL));
    const job = await told.client.get<ScoringJob>(pathOf(told, 'scoringjobs', SCORING));
    if (isTrue(model, job)) return;
    if (Date.now() > deadline)
      throw new Error(`not so: ${what}: ${JSON.stringify([model.status, job.status])}`);
    await delay(50);
  }
}

async function untilGone(told: Told): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await told.client.get(pathOf(told, 'stockoutmodels', MODEL));
    } catch (error) {
      if (isCode(error, 404)) return;
      throw error;
    }
    if (Date.now() > deadline) throw new Error('the model does not go');
    await delay(50);
  }
}
