import type { StockoutModel } from '@stockout/crds';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeEvent } from '../api/kubernetes.ts';
import type { OperatorContext } from '../context.ts';
import { buildVersionRecord } from '../resources/version-record.ts';
import { trainingRunName } from '../resources/run-names.ts';
import { ApiServer } from '../testing/api-server.ts';
import { aModel, aTrainResult, POOR } from '../testing/builders.ts';
import { aContext } from '../testing/context.ts';
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
