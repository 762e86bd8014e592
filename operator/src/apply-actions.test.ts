import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperatorContext } from './context.ts';
import { requeueOf } from './errors.ts';
import { buildService } from './resources/service.ts';
import { buildTrainingJob } from './resources/training-job.ts';
import { applyModelPlan } from './stockoutmodel/apply.ts';
import { observeModel } from './stockoutmodel/observe.ts';
import { planModel } from './stockoutmodel/plan.ts';
import { ApiServer } from './testing/api-server.ts';
import { aModel, NOW, SETTINGS } from './testing/builders.ts';
import { aContext } from './testing/context.ts';

const model = aModel();
const job = buildTrainingJob({ model, run: 'retail-train-1', against: undefined, image: 'pipeline:test' });
const service = buildService({ model, color: 'blue' });
const theirs = { ...job, metadata: { ...job.metadata, ownerReferences: [] } };
const JOB = '/apis/batch/v1/namespaces/shop/jobs/retail-train-1';
const SERVICE = '/api/v1/namespaces/shop/services/retail';

let server: ApiServer;
let context: OperatorContext;

beforeEach(async () => {
  server = new ApiServer();
  context = aContext(await server.start());
  context.stores.models.set(model);
});
afterEach(() => server.stop());

/** Starts a training, and makes the Service on top of what was observed of it. */
function applyBoth(onto?: string) {
  const observed = observeModel(context.stores, 'shop/retail')!;
  const training = [{ verb: 'create', object: job, why: '' } as const];
  const rollout = [{ verb: 'apply', object: service, onto, why: '' } as const];
  const plan = planModel(observed, SETTINGS, NOW);
  const chains = [training, rollout];
  return applyModelPlan(context, observed, {
    ...plan,
    rollout: { ...plan.rollout!, actions: rollout },
    chains,
  });
}

test('a training that cannot start does not hold up the way back to another version', async () => {
  server.put(JOB, theirs);
  expect(await applyBoth()).toMatchObject({ error: { reason: 'NameTaken' }, rolloutDone: true });
  expect(server.get(SERVICE)).toMatchObject({ spec: service.spec });
});

test('of two errors the one is told that people must hear of, not a conflict that passes by itself', async () => {
  server.put(JOB, theirs);
  server.put(SERVICE, service);
  const { error, rolloutDone } = await applyBoth('an older one');
  expect(rolloutDone).toBe(false);
  expect(error).toMatchObject({ reason: 'NameTaken' });
  expect(requeueOf(error!)).toMatchObject({ after: 'ms' });
});
