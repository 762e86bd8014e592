import type { StockoutModel } from '@stockout/crds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Job, KubeEvent } from '../api/kubernetes.ts';
import type { OperatorContext } from '../context.ts';
import { ApiServer } from '../testing/api-server.ts';
import { aModel, NOW } from '../testing/builders.ts';
import { aContext } from '../testing/context.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { reconcileModel } from './reconcile.ts';

const MODEL = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels/retail';
const JOB = '/apis/batch/v1/namespaces/shop/jobs/retail-remove-versions';
const FINALIZER = 'stockout.dev/remove-versions';
let server: ApiServer;
let context: OperatorContext;

beforeEach(async () => {
  server = new ApiServer();
  context = aContext(await server.start());
  const metadata = { deletionTimestamp: NOW.toISOString(), finalizers: [FINALIZER] };
  server.put(MODEL, aModel({ deletionPolicy: 'Delete' }, metadata));
});
afterEach(() => server.stop());

const model = () => server.get(MODEL) as StockoutModel;
const ready = () => model().status?.conditions?.find(({ type }) => type === 'Ready');
const events = () =>
  (server.list('/api/v1/namespaces/shop/events') as KubeEvent[]).map(({ reason, message }) => ({
    reason,
    message,
  }));

function reconcile() {
  context.stores.models.set(model());
  return reconcileModel(context, 'shop/retail');
}

/** The kubelet's and the Job controller's part. */
function end(exitCode: number, message: object): void {
  const job = server.get(JOB) as Job;
  const type = exitCode === 0 ? 'Complete' : 'Failed';
  const lastTransitionTime = NOW.toISOString();
  const status = { conditions: [{ type, status: 'True', lastTransitionTime }] };
  context.stores.pods.set(podOf(job, exitCode, JSON.stringify(message)));
  context.stores.jobs.set({ ...job, status });
}

test('a Job removes its versions, its condition says so, and it goes without a word when that is done', async () => {
  expect(await reconcile()).toMatchObject({ error: undefined, requeueAfterMs: 900_000 });
  expect(server.get(JOB)).toMatchObject({ metadata: { ownerReferences: [{ uid: 'model-uid' }] } });
  expect(ready()).toMatchObject({ status: 'False', reason: 'Deleting' });
  end(0, { kind: 'remove', versions: 3, files: 12 });
  await reconcile();
  expect(model().metadata.finalizers).toEqual([]);
  expect(events()).toEqual([]);
});

test('a Job that fails leaves an Event that says where the versions are, and the model goes', async () => {
  await reconcile();
  end(1, { kind: 'failure', exitCode: 1, message: 'the storage does not answer' });
  await reconcile();
  expect(model().metadata.finalizers).toEqual([]);
  expect(events()).toEqual([
    {
      reason: 'VersionsLeft',
      message:
        'its versions are left in file:///var/lib/stockout/models/shop/retail/, delete that folder yourself: retail-remove-versions failed: the storage does not answer',
    },
  ]);
});

test('a namespace that is going takes no Job: the model does not hold it up', async () => {
  const message = 'unable to create new content in namespace shop because it is being terminated';
  const body = { kind: 'Status', code: 403, reason: 'Forbidden', message };
  server.refusal = { path: /jobs$/, answer: { code: 403, body } };
  expect(await reconcile()).toMatchObject({ error: undefined });
  expect(model().metadata.finalizers).toEqual([]);
  expect(events()).toMatchObject([{ reason: 'VersionsLeft' }]);
});

test('a Job that is refused for another reason is tried again, and the model is held and says why', async () => {
  const body = { kind: 'Status', code: 403, reason: 'Forbidden', message: 'exceeded quota' };
  server.refusal = { path: /jobs$/, answer: { code: 403, body } };
  expect(await reconcile()).toMatchObject({ error: { reason: 'Forbidden' }, requeueAfterMs: 900_000 });
  expect(ready()).toMatchObject({
    reason: 'Forbidden',
    message: expect.stringContaining('exceeded quota') as string,
  });
  expect(model().metadata.finalizers).toEqual([FINALIZER]);
});
