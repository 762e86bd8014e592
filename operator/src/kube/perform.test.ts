import type { OwnerReference, StockoutModel } from '@stockout/crds';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Job, KubeObject } from '../api/kubernetes.ts';
import { requeueOf, toReconcileError } from '../errors.ts';
import { rerunLost, runStateOf } from '../jobs/run-state.ts';
import { buildAutoscaler } from '../resources/autoscaler.ts';
import { buildCandidateService } from '../resources/candidate-service.ts';
import { buildDisruptionBudget } from '../resources/disruption-budget.ts';
import { withFinalizer } from '../resources/finalizer.ts';
import { buildService } from '../resources/service.ts';
import { buildMarkedRecord, buildVersionRecord } from '../resources/version-record.ts';
import { ApiServer } from '../testing/api-server.ts';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { podOf } from '../testing/fake-cluster.ts';
import { madeWithPods } from '../testing/made-objects.ts';
import type { KubeClient } from './client.ts';
import { kindOf, objectPath } from './kinds.ts';
import { perform } from './perform.ts';

const PATH = '/api/v1/namespaces/shop/services/retail';
const ours = buildService({ model: aModel(), color: 'blue' });
const theirs: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'retail', namespace: 'shop' },
};
let server: ApiServer;
let client: KubeClient;

beforeEach(async () => {
  server = new ApiServer();
  client = await server.start();
});
afterEach(() => server.stop());

const failure = async (action: Parameters<typeof perform>[1]) => {
  const error = toReconcileError(await perform(client, action).catch((thrown: unknown) => thrown));
  return { error, requeue: requeueOf(error) };
};

/** One of each kind that is made, of a model's or of a scoring job's. */
const MADE: KubeObject[] = [
  ours,
  buildCandidateService(aModel(), 'blue'),
  ...Object.values(madeWithPods(aModel())),
  buildDisruptionBudget(aModel(), 'blue'),
  buildAutoscaler(aModel(), { minReplicas: 1, maxReplicas: 2, targetCPUUtilizationPercentage: 70 }, 'blue'),
  buildVersionRecord(aModel(), aTrainResult('v1'), 'file:///data'),
];
const pathTo = (object: KubeObject) =>
  objectPath(kindOf(object), object.metadata.namespace, object.metadata.name);
const withOwners = (object: KubeObject, ownerReferences: OwnerReference[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ownerReferences },
});
const owners = ours.metadata.ownerReferences ?? [];

describe.each(MADE.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
  'the name of the %s',
  (what, object) => {
    const sentence = `the ${what} in shop exists and is not this object's: delete or rename it`;
    const strangers: [whose: string, ownerReferences: OwnerReference[]][] = [
      ['nobody', []],
      ['another of the same name', owners.map((owner) => ({ ...owner, uid: 'of-another' }))],
      [
        'someone who would only have it go with ours',
        owners.map((owner) => ({ ...owner, controller: false })),
      ],
    ];

    test.each(strangers)('is left to an object of %s, and a sentence says so', async (_, ownerReferences) => {
      const stranger = server.put(pathTo(object), withOwners(object, ownerReferences));
      const create = await failure({ verb: 'create', object, why: '' });
      const apply = await failure({ verb: 'apply', object, onto: undefined, why: '' });
      for (const { error, requeue } of [create, apply]) {
        expect(error).toMatchObject({ reason: 'NameTaken', message: sentence });
        expect(requeue).toEqual({ after: 'ms', ms: 10_000 });
      }
      expect(server.get(pathTo(object))).toBe(stranger);
    });

    test('is told of an object of ours that lost its labels: it would not be seen', async () => {
      const metadata = { ...object.metadata, labels: { team: 'shop' } };
      const lost = server.put(pathTo(object), { ...object, metadata });
      const create = await failure({ verb: 'create', object, why: '' });
      const apply = await failure({ verb: 'apply', object, onto: undefined, why: '' });
      for (const { error } of [create, apply]) {
        expect(error).toMatchObject({
          reason: 'NameTaken',
          message: expect.stringMatching(
            / exists and has lost what it is found by: label it app\.kubernetes\.io\/managed-by=stockout-operator .*, or delete it$/,
          ) as string,
        });
      }
      expect(server.get(pathTo(object))).toBe(lost);
    });
  },
);

describe('to create', () => {
  test('is done when ours is there already', async () => {
    await perform(client, { verb: 'create', object: ours, why: '' });
    const before = server.get(PATH);
    await perform(client, { verb: 'create', object: ours, why: '' });
    expect(server.get(PATH)).toBe(before);
  });
});

describe('to apply', () => {
  test('makes what is not there', async () => {
    await perform(client, { verb: 'apply', object: ours, onto: undefined, why: '' });
    expect(server.get(PATH)).toMatchObject({ spec: ours.spec });
  });

  test("never takes over what is someone else's, though it comes at the very moment", async () => {
    let stranger: KubeObject | undefined;
    // Between the question whether the name is free and the apply.
    server.beforeApply = () => (stranger ??= server.put(PATH, theirs));
    const { error } = await failure({ verb: 'apply', object: ours, onto: undefined, why: '' });
    expect(error).toMatchObject({ reason: 'Conflict', silent: true });
    expect(server.get(PATH)).toBe(stranger);
    const again = await failure({ verb: 'apply', object: ours, onto: undefined, why: '' });
    expect(again.error).toMatchObject({ reason: 'NameTaken' });
  });

  test('is refused on top of an older object: a leader that was paused undoes nothing', async () => {
    const old = server.put(PATH, ours).metadata.resourceVersion;
    server.put(PATH, buildService({ model: aModel(), color: 'green' }));
    const { error, requeue } = await failure({ verb: 'apply', object: ours, onto: old, why: '' });
    expect(error).toMatchObject({ reason: 'Conflict', silent: true });
    expect(requeue).toEqual({ after: 'backoff' });
    expect(server.get(PATH)).toMatchObject({ spec: { selector: { 'stockout.dev/color': 'green' } } });
  });
});

describe('to mark the record of a version', () => {
  const RECORD = '/api/v1/namespaces/shop/configmaps/retail-v1';
  const made = buildVersionRecord(aModel(), aTrainResult('v1'), 'file:///data');

  test('leaves no empty record behind when the record is gone meanwhile', async () => {
    const seen = server.put(RECORD, made);
    server.remove(RECORD);
    expect((await mark(seen)).error).toMatchObject({ reason: 'Conflict', silent: true });
    expect(server.get(RECORD)).toBeUndefined();
  });

  test('marks the record that was seen, and keeps what it holds', async () => {
    const seen = server.put(RECORD, made);
    await mark(seen);
    expect(server.get(RECORD)).toMatchObject({
      data: made.data,
      metadata: {
        uid: seen.metadata.uid,
        annotations: { 'stockout.dev/checked-for': '2026-11-23T12:00:00Z' },
      },
    });
  });
});

describe('to finalize', () => {
  const MODEL = '/apis/stockout.dev/v1alpha1/namespaces/shop/stockoutmodels/retail';

  test('writes the finalizers and nothing else', async () => {
    const seen = server.put(MODEL, aModel()) as StockoutModel;
    const edited = { ...seen, spec: { ...seen.spec, versionHistoryLimit: 3 } };
    await perform(client, { verb: 'finalize', object: withFinalizer(edited, true), why: '' });
    const now = server.get(MODEL) as StockoutModel;
    expect(now.metadata).toMatchObject({ name: 'retail', finalizers: ['stockout.dev/remove-versions'] });
    expect(now.spec).toEqual(seen.spec);
  });

  test('is refused on top of an older model, and done when it is gone', async () => {
    const seen = server.put(MODEL, aModel()) as StockoutModel;
    server.put(MODEL, aModel({ versionHistoryLimit: 3 }));
    const action = { verb: 'finalize', object: withFinalizer(seen, true), why: '' } as const;
    expect((await failure(action)).error).toMatchObject({ reason: 'Conflict', silent: true });
    server.failure = { code: 404, body: { kind: 'Status', code: 404, reason: 'NotFound', message: 'gone' } };
    await expect(perform(client, action)).resolves.toBeUndefined();
  });
});

describe('to delete', () => {
  test('is done when it is gone', async () => {
    const object = server.put(PATH, ours);
    server.remove(PATH);
    await expect(perform(client, { verb: 'delete', object, why: '' })).resolves.toBeUndefined();
  });

  test('takes the uid of what was seen', async () => {
    server.put(PATH, ours);
    await expect(perform(client, { verb: 'delete', object: ours, why: '' })).rejects.toThrow(/by its uid/);
    expect(server.get(PATH)).toBeDefined();
  });

  test('is refused when what it rests on was changed since', async () => {
    const path = '/apis/batch/v1/namespaces/shop/jobs/retail';
    const job = server.put(path, { ...ours, kind: 'Job', apiVersion: 'batch/v1' });
    const given = server.put(PATH, ours);
    server.put(PATH, buildService({ model: aModel(), color: 'green' }));
    const { error } = await failure({ verb: 'delete', object: job, given, why: '' });
    expect(error).toMatchObject({ reason: 'Conflict', silent: true });
    expect(server.get(path)).toBeDefined();
    await perform(client, { verb: 'delete', object: job, given: server.get(PATH), why: '' });
    expect(server.get(path)).toBeUndefined();
  });

  test('is held back while a pod of the run, of which no watch has told, has its result', async () => {
    const made = madeWithPods(aModel()).training as Job;
    const path = pathTo(made);
    const job = server.put(path, made) as Job;
    const rerun = rerunLost(runStateOf(job, []));

    const podPath = '/api/v1/namespaces/shop/pods/pod-of-it';
    server.put(podPath, podOf(job, 0, JSON.stringify(aTrainResult('v1'))));
    expect(await failure(rerun)).toMatchObject({
      error: { reason: 'Conflict', silent: true },
      requeue: { after: 'backoff' },
    });
    expect(server.get(path)).toBeDefined();

    server.put(podPath, podOf(job, 1, 'the storage does not answer'));
    await perform(client, rerun);
    expect(server.get(path)).toBeUndefined();
  });

  test('leaves another object of the same name alone', async () => {
    server.put(PATH, ours);
    const metadata = { ...ours.metadata, uid: 'of-the-old-one' };
    await perform(client, { verb: 'delete', object: { ...ours, metadata }, why: '' });
    expect(server.get(PATH)).toBeDefined();
  });
});

describe('what an error means', () => {
  test.each([
    ['a refused object helps nobody who waits', 422, 'Invalid', 'StalledError', 'ChildRefused', 'change'],
    ['a quota may get free', 403, 'Forbidden', 'TransientError', 'Forbidden', 'backoff'],
    [
      'a server that is busy is asked again',
      429,
      'TooManyRequests',
      'TransientError',
      'TooManyRequests',
      'backoff',
    ],
  ])('%s', async (_name, code, reason, name, told, after) => {
    server.failure = { code, body: { kind: 'Status', code, reason, message: 'spec.ports: no' } };
    const { error, requeue } = await failure({ verb: 'create', object: ours, why: '' });
    expect(error).toMatchObject({ name, reason: told });
    expect(error.message).toContain('spec.ports: no');
    expect(requeue).toEqual({ after });
  });

  test('a server that does not answer is named', async () => {
    await server.stop();
    const { error } = await failure({ verb: 'create', object: ours, why: '' });
    expect(error).toMatchObject({ name: 'TransientError', reason: 'Unreachable' });
    expect(error.message).toMatch(
      /^the API server at http:\/\/127\.0\.0\.1:\d+ does not answer: .*ECONNREFUSED/,
    );
    server = new ApiServer();
    await server.start();
  });

  test('a fault of our own is tried again', () => {
    const error = toReconcileError(new TypeError('x is undefined'));
    expect(error).toMatchObject({
      name: 'TransientError',
      reason: 'InternalError',
      message: 'x is undefined',
    });
  });
});

/** Marks the record of v1 that was seen. */
function mark({ metadata: { uid, resourceVersion } }: KubeObject): ReturnType<typeof failure> {
  const object = buildMarkedRecord(aModel(), { version: 'v1', uid, checkedFor: '2026-11-23T12:00:00Z' });
  return failure({ verb: 'apply', object, onto: resourceVersion, why: '' });
}
