import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Condition, ScoringJob, StockoutModel } from '@stockout/crds';
import { afterEach, expect, test, vi } from 'vitest';
import type { Deployment, Job, KubeObject, Lease, Service } from './api/kubernetes.ts';
import type { Operator } from './start-operator.ts';
import { aModel, aScoringJob, aTrainResult } from './testing/builders.ts';
import { eventually } from './testing/eventually.ts';
import { podOf } from './testing/fake-cluster.ts';
import { predictorPod } from './testing/played-pods.ts';
import { testOperators } from './testing/test-operators.ts';

const CORE = '/api/v1/namespaces/shop';
const OURS = '/apis/stockout.dev/v1alpha1/namespaces/shop';
const MODEL = `${OURS}/stockoutmodels/retail`;
const SCORING_JOB = `${OURS}/scoringjobs/nightly`;
const JOBS = '/apis/batch/v1/namespaces/shop/jobs';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/shop/deployments';
const LEASE = '/apis/coordination.k8s.io/v1/namespaces/shop/leases/stockout-operator';

const place = testOperators();
const { start } = place;
// Before the operators are stopped, which look at the clock.
afterEach(() => vi.restoreAllMocks());

const model = (): StockoutModel => place.server.get(MODEL) as StockoutModel;
const condition = (object: StockoutModel | ScoringJob, type: string): Condition | undefined =>
  object.status?.conditions?.find((each) => each.type === type);
const jobOf = (run: string): Job => {
  const [, path] = place.server.writes.findLast((write) => write === `POST ${JOBS}`)?.split(' ') ?? [];
  const job = place.server.get(`${path}/${run}`);
  expect(job).toBeDefined();
  return job as Job;
};
/** Writes that are none of the Lease. */
const writes = (): string[] => place.server.writes.filter((write) => !write.includes('/leases'));

/** What kubelet and Job controller do. */
function finishJob(job: Job, result: object): void {
  const pod = podOf(job, 0, JSON.stringify(result));
  place.server.put(`${CORE}/pods/${pod.metadata.name}`, pod);
  const lastTransitionTime = new Date().toISOString();
  place.server.put(`${JOBS}/${job.metadata.name}`, {
    ...job,
    status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime }] },
  } as Job);
}

function bringUp(name: string): void {
  const deployment = place.server.get(`${DEPLOYMENTS}/${name}`) as Deployment;
  expect(deployment).toBeDefined();
  const { replicas } = deployment.spec;
  const status = {
    replicas,
    updatedReplicas: replicas,
    readyReplicas: replicas,
    availableReplicas: replicas,
  };
  for (let index = 0; index < replicas; index++) {
    const pod = predictorPod(deployment, index);
    place.server.put(`${CORE}/pods/${pod.metadata.name}`, pod);
  }
  place.server.put(`${DEPLOYMENTS}/${name}`, { ...deployment, status } as Deployment);
}

/** A model that serves v1, and a scoring job that is done. */
async function liveOn(): Promise<void> {
  place.server.put(MODEL, aModel({ serving: { service: { type: 'ClusterIP' } } }));
  const run = await eventually(() => {
    const message = condition(model(), 'Trained')?.message ?? '';
    const [, name] = /the training (\S+) runs/.exec(message) ?? [];
    expect(name).toBeDefined();
    return name as string;
  });
  finishJob(jobOf(run), aTrainResult('v1', { run }));
  await eventually(() => bringUp('retail-blue'));
  await eventually(() => expect(condition(model(), 'Ready')?.status).toBe('True'));
  place.server.put(SCORING_JOB, aScoringJob());
  const scoring = await eventually(() => {
    const [newest] = (place.server.get(SCORING_JOB) as ScoringJob).status?.runs ?? [];
    return jobOf(newest?.name ?? '');
  });
  const result = {
    kind: 'score',
    run: scoring.metadata.name,
    version: 'v1',
    rows: 180,
    atRisk: 3,
    tableVersion: 1,
    seconds: 1,
  };
  finishJob(scoring, result);
  await eventually(() => {
    expect(condition(place.server.get(SCORING_JOB) as ScoringJob, 'Complete')?.status).toBe('True');
  });
}

/** Everything is looked at again, by events that bring nothing new. */
async function touchAll(operator: Operator): Promise<void> {
  const before = await reconciles(operator);
  place.server.put(MODEL, model());
  place.server.put(SCORING_JOB, place.server.get(SCORING_JOB) as KubeObject);
  place.server.put(
    `${DEPLOYMENTS}/retail-blue`,
    place.server.get(`${DEPLOYMENTS}/retail-blue`) as Deployment,
  );
  place.server.put(`${CORE}/services/retail`, place.server.get(`${CORE}/services/retail`) as Service);
  await eventually(async () => expect(await reconciles(operator)).toBeGreaterThan(before + 1));
}

async function reconciles({ adminUrl }: Operator): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const counts = text.matchAll(/^controller_runtime_reconcile_total\{.*\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test('one manifest becomes a version that serves, then a scoring run; after that nothing is written any more', async () => {
  const operator = await start();
  await liveOn();
  expect(model().status).toMatchObject({
    servingVersion: 'v1',
    latestVersion: 'v1',
    endpoint: 'http://retail.shop.svc',
    replicas: 2,
    selector: 'stockout.dev/model=retail,stockout.dev/color=blue',
    versions: [{ name: 'v1', metrics: { auc: '0.9935' }, state: 'GatesPassed' }],
  });
  await touchAll(operator);
  const settled = writes().length;
  await touchAll(operator);
  place.server.breakWatches();
  await touchAll(operator);
  expect(writes().slice(settled)).toEqual([]);
});

test('one that is started anew finds all as it should be, and writes nothing', async () => {
  const first = await start();
  await liveOn();
  await touchAll(first);
  await first.stop();
  const settled = writes().length;
  const second = await start();
  await eventually(async () => expect(await reconciles(second)).toBeGreaterThanOrEqual(2));
  await touchAll(second);
  expect(writes().slice(settled)).toEqual([]);
});

test('of two, one works: the other stands by until the first stops', async () => {
  const first = await start();
  await eventually(async () =>
    expect(await metricsOf(first)).toContain('leader_election_master_status{name="stockout-operator"} 1'),
  );
  const second = await start();
  expect(await metricsOf(second)).toContain('leader_election_master_status{name="stockout-operator"} 0');
  await first.stop();
  place.server.put(MODEL, aModel());
  await eventually(() => expect(condition(model(), 'Ready')?.reason).toBe('Training'));
});

test('one that slept writes nothing of what it meant to, since another one may lead', async () => {
  const told: string[] = [];
  const operator = await start({ log: (_, message) => told.push(message), leaseNamespace: 'shop' });
  await liveOn();
  await touchAll(operator);
  const lease = place.server.get(LEASE) as Lease;
  place.server.put(LEASE, { ...lease, spec: { ...lease.spec, holderIdentity: 'another' } } as Lease);
  const clock = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => clock() + 60_000);
  const before = place.server.writes.length;
  place.server.put(MODEL, { ...model(), status: {} } as StockoutModel);
  await eventually(() => expect(told).toContain('the lease was lost, standing by'));
  expect(place.server.writes.slice(before)).toEqual([]);
});

test('/metrics counts from zero, so that the first error is seen as one', async () => {
  const text = await metricsOf(await start());
  expect(text).toContain('controller_runtime_reconcile_total{controller="scoringjob",result="error"} 0');
  expect(text).toContain('workqueue_retries_total{name="stockoutmodel",controller="stockoutmodel"} 0');
});

test('/metrics tells quality, readiness and work under the names of dashboards', async () => {
  const operator = await start();
  await liveOn();
  await eventually(async () => {
    const text = await metricsOf(operator);
    expect(text).toContain(
      'stockout_model_metric{namespace="shop",model="retail",version="v1",metric="auc"} 0.9935',
    );
    expect(text).toContain('stockout_model_ready{namespace="shop",model="retail",reason="Serving"} 1');
    expect(text).toContain('stockout_scoring_rows_total{namespace="shop",scoring_job="nightly"} 180');
    expect(text).toMatch(
      /controller_runtime_reconcile_total\{controller="stockoutmodel",result="success"\} \d+/,
    );
    expect(text).toMatch(/rest_client_requests_total\{method="GET",code="200"\} \d+/);
    expect(text).toMatch(/workqueue_adds_total\{name="stockoutmodel",controller="stockoutmodel"\} \d+/);
  });
  place.server.remove(MODEL);
  await eventually(async () => expect(await metricsOf(operator)).not.toContain('model="retail"'));
});

test('every step is told in an Event, once', async () => {
  await start();
  await liveOn();
  const events = await eventually(() => {
    const told = place.server.writes.filter((write) => write === `POST ${CORE}/events`);
    expect(told.length).toBeGreaterThanOrEqual(5);
    return place.server.list(`${CORE}/events`) as unknown as { reason: string; type: string }[];
  });
  const reasons = events.map(({ type, reason }) => `${type} ${reason}`);
  expect(reasons).toEqual(
    expect.arrayContaining([
      'Normal Training',
      'Normal Trained',
      'Normal GatesPassed',
      'Normal Proving',
      'Normal Serving',
    ]),
  );
  expect(new Set(reasons).size).toBe(reasons.length);
});

test('/readyz says what was not listed yet, and is ok after; /healthz is ok from the start', async () => {
  place.server.failure = { code: 404, body: {} };
  const operator = await start();
  const { status } = await fetch(`${operator.adminUrl}/healthz`);
  expect(status).toBe(200);
  const unready = await fetch(`${operator.adminUrl}/readyz`);
  expect([unready.status, await unready.text()]).toEqual([
    503,
    'not listed yet: stockoutmodels, scoringjobs, jobs, pods, deployments, services, configmaps, poddisruptionbudgets, horizontalpodautoscalers, events\n',
  ]);
  place.server.failure = undefined;
  await eventually(async () => expect((await fetch(`${operator.adminUrl}/readyz`)).status).toBe(200));
});

test('only the given namespaces are looked at', async () => {
  place.server.put(MODEL, aModel());
  const other = `${MODEL.replace('/shop/', '/other/')}`;
  place.server.put(other, aModel({}, { namespace: 'other' }));
  await start({ namespaces: ['other'] });
  await eventually(() =>
    expect((place.server.get(other) as StockoutModel).status?.observedGeneration).toBe(1),
  );
  expect(model().status).toEqual({ observedGeneration: -1 });
});

test('a port that is taken is named', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  await expect(start({ adminPort: port })).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken: choose another with --admin-port`,
  );
  await new Promise((resolve) => taken.close(resolve));
});

async function metricsOf({ adminUrl }: Operator): Promise<string> {
  return (await fetch(`${adminUrl}/metrics`)).text();
}
