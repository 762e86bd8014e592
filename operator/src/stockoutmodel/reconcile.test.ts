import type { StockoutModel } from '@stockout/crds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeEvent } from '../api/kubernetes.ts';
import type { OperatorContext } from '../context.ts';
import { buildVersionRecord } from '../resources/version-record.ts';
import { trainingRunName } from '../resources/run-names.ts';
import { ApiServer } from '../testing/api-server.ts';
import { aModel, aTrainResult, POOR } from '../testing/builders.ts';
import { aContext } from '../testing/context.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { reconcileModel } from './reconcile.ts';

const MODEL = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels/retail';
let server: ApiServer;
let context: OperatorContext;

beforeEach(async () => {
  server = new ApiServer();
  context = aContext(await server.start());
});
afterEach(() => server.stop());

const events = (): string[] =>
  (server.list('/api/v1/namespaces/shop/events') as KubeEvent[]).map(
    ({ type, reason, message }) => `${type} ${reason}: ${message}`,
  );

/** A version that fails its gates is on record; then the operator looks. */
async function refuseVersion(version: string): Promise<void> {
  const model = (server.get(MODEL) ?? aModel()) as StockoutModel;
  context.stores.models.set(server.put(MODEL, model) as StockoutModel);
  const result = aTrainResult(version, { run: trainingRunName(model), metrics: POOR });
  context.stores.configMaps.set(buildVersionRecord(model, result, 'file:///data'));
  await reconcileModel(context, 'shop/retail');
}

test('each version that is refused is told in an Event, though the verdict is the same, and told once', async () => {
  await refuseVersion('v1');
  await refuseVersion('v2');
  context.stores.models.set(server.get(MODEL) as StockoutModel);
  await reconcileModel(context, 'shop/retail');
  expect(events().filter((event) => event.includes('GatesFailed'))).toEqual([
    'Warning GatesFailed: v1 is refused: auc 0.8000 is below the minimum 0.95',
    'Warning GatesFailed: v2 is refused: auc 0.8000 is below the minimum 0.95',
  ]);
});

test('a model that is deleted while it is looked at is no trouble', async () => {
  context.stores.models.set(aModel());
  await expect(reconcileModel(context, 'shop/retail')).resolves.toMatchObject({ error: undefined });
});

test('a training Job that is refused again and again keeps no pod from being asked for the proof', async () => {
  const cluster = proving();
  cluster.edit('a training that no quota admits', (spec) => (spec.training!.params.rounds = 400));
  const body = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'exceeded quota' };
  server.refusal = { path: /\/jobs$/, answer: { code: 403, body } };
  // Another operator has just come to lead: it knows no answers.
  const { interviewer } = context;
  const { error } = await reconcileModel({ ...context, stores: cluster.stores }, 'shop/retail');
  expect(error).toMatchObject({ reason: 'Forbidden' });
  const { questions } = cluster.step(0);
  expect(questions.map(({ about }) => about)).toContain('golden');
  for (const question of questions) expect(interviewer.answersOf('shop/retail').to(question)).toBeDefined();
});

/** v1 serves, the pods of v2 are up and asked for its golden predictions. */
function proving(): FakeCluster {
  const serving = { rollout: { analysis: { minRequests: 100 } } };
  const cluster = new FakeCluster(aModel({ serving }));
  cluster.settle();
  for (const [version, color] of [
    ['v1', 'blue'],
    ['v2', 'green'],
  ] as const) {
    cluster.edit(version, (spec) => (spec.training!.params.rounds = version === 'v1' ? 200 : 300));
    cluster.settle();
    cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
    cluster.settle();
    cluster.bringUp(`retail-${color}`);
    cluster.settle();
  }
  return cluster;
}
