import { expect, it } from 'vitest';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aShadowReport } from '../testing/played-answers.ts';
import { bringUp, proving, serving, train } from '../testing/rollouts.ts';

const TOO_FAR = aShadowReport({ scoreShift: { mean: 0.3, max: 0.9 } });

/** v2 was refused by the analysis, a moment ago: nothing was done about it yet. */
function aboutToBeRefused(): FakeCluster {
  const cluster = proving();
  cluster.answers.shadow = TOO_FAR;
  cluster.pass(60);
  return cluster;
}

/** v3 is on its way, in the color that was v2's. */
function replaced(): FakeCluster {
  const cluster = aboutToBeRefused();
  cluster.settle();
  cluster.answers.shadow = aShadowReport();
  train(cluster, 'v3');
  expect(versionIn(cluster, 'retail-green')).toBe('v3');
  return cluster;
}

const versionIn = ({ stores }: FakeCluster, deployment: string) =>
  stores.deployments.get(`shop/${deployment}`)?.metadata.labels?.['stockout.dev/version'];

function told({ model }: FakeCluster, version: string): { state?: string; message?: string } {
  const { state, message } = model.status?.versions?.find(({ name }) => name === version) ?? {};
  return { ...(state && { state }), ...(message && { message }) };
}

function markOf({ stores }: FakeCluster, version: string): string | undefined {
  return stores.configMaps.get(`shop/retail-${version}`)?.metadata.annotations?.['stockout.dev/refused'];
}

it('a version that was refused stays so, with figures, when the next candidate has its place', () => {
  const cluster = replaced();
  expect(told(cluster, 'v2')).toEqual({
    state: 'AnalysisFailed',
    message: expect.stringMatching(/^of 500 requests score shift 0\.3 is above 0\.1/),
  });
  cluster.bringUp('retail-green');
  cluster.settle();
  cluster.pass(60);
  cluster.settle();
  expect(cluster.serving).toBe('v3');
  expect(told(cluster, 'v2').state).toBe('AnalysisFailed');
  expect(told(cluster, 'v3')).toEqual({ state: 'GatesPassed' });
  expect(cluster.settle().chains.flat()).toEqual([]);
});

it.each([0, 1, 2, 3])('so it does where the operator ends after %i writes of the refusal', (writes) => {
  const cluster = aboutToBeRefused();
  cluster.step(writes);
  cluster.settle();
  cluster.answers.shadow = aShadowReport();
  train(cluster, 'v3');
  expect(told(cluster, 'v2').state).toBe('AnalysisFailed');
});

it('one is marked when its Deployment says so: a refusal that could not be written leaves no mark', () => {
  const cluster = aboutToBeRefused();
  const { metadata, ...service } = cluster.stores.services.get('shop/retail')!;
  cluster.stepSeeing({ service: { ...service, metadata: { ...metadata, resourceVersion: 'of old' } } });
  expect(cluster.condition('RolledOut')).toMatchObject({ reason: 'Proving' });
  expect(markOf(cluster, 'v2')).toBeUndefined();
  cluster.settle();
  expect(markOf(cluster, 'v2')).toContain('"AnalysisFailed"');
});

it('one is marked by what its Deployment says, though another version is the target by then', () => {
  const cluster = aboutToBeRefused();
  cluster.step(1);
  expect(markOf(cluster, 'v2')).toBeUndefined();
  cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  expect(markOf(cluster, 'v2')).toContain('"AnalysisFailed"');
});

it('one that a rolling update gave up is marked too, and stays so when the next one serves', () => {
  const cluster = serving({ strategy: 'RollingUpdate' });
  train(cluster, 'v2');
  cluster.replacePods('retail-blue', 0);
  cluster.stall('retail-blue');
  cluster.step();
  expect(markOf(cluster, 'v2')).toBeUndefined();
  cluster.settle();
  bringUp(cluster, 'blue');
  expect(markOf(cluster, 'v2')).toContain('"ProgressDeadlineExceeded"');
  train(cluster, 'v3');
  bringUp(cluster, 'blue');
  expect(cluster.serving).toBe('v3');
  expect(told(cluster, 'v2').state).toBe('ProgressDeadlineExceeded');
});

it('one that was on its way again is refused no more, though something else serves in the end', () => {
  const cluster = replaced();
  cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
  cluster.settle();
  cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  expect(cluster.serving).toBe('v1');
  expect(told(cluster, 'v2')).toEqual({ state: 'GatesPassed' });
  expect(markOf(cluster, 'v2')).toBeUndefined();
});

it('one that is pinned is no longer refused once it is on its way, nor after it served', () => {
  const cluster = replaced();
  cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
  cluster.settle();
  expect(told(cluster, 'v2')).toEqual({ state: 'GatesPassed' });
  cluster.bringUp('retail-green');
  cluster.settle();
  cluster.pass(60);
  cluster.settle();
  expect(cluster.serving).toBe('v2');
  cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  expect(told(cluster, 'v2')).toEqual({ state: 'GatesPassed' });
  expect(markOf(cluster, 'v2')).toBeUndefined();
});

it('one that is refused again says why it was the last time', () => {
  const cluster = replaced();
  cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
  cluster.settle();
  cluster.answers.shadow = aShadowReport({ requests: { compared: 450, errors: 50, dropped: 0 } });
  cluster.bringUp('retail-green');
  cluster.settle();
  cluster.pass(60);
  cluster.settle();
  expect(told(cluster, 'v2').message).toMatch(/^of 500 requests error rate 0\.1 is above 0\.01/);
  expect(JSON.parse(markOf(cluster, 'v2') ?? '{}')).toEqual({
    reason: 'AnalysisFailed',
    message: told(cluster, 'v2').message,
    at: '2026-11-23T12:02:00Z',
  });
});

it('one that does not pass its gates by now says that, and no longer why it was refused', () => {
  const cluster = replaced();
  cluster.edit('a gate that nothing passes', (spec) => (spec.gates = [{ metric: 'auc', min: '0.999' }]));
  cluster.settle();
  expect(told(cluster, 'v2')).toEqual({ state: 'GatesFailed' });
});

it('what was found of it besides stays on its record', () => {
  const cluster = aboutToBeRefused();
  const { configMaps } = cluster.stores;
  const record = configMaps.get('shop/retail-v2')!;
  const annotations = { 'stockout.dev/checked-for': '2026-11-23T03:00:00Z' };
  cluster.put(configMaps, { ...record, metadata: { ...record.metadata, annotations } });
  cluster.settle();
  const after = configMaps.get('shop/retail-v2');
  expect(after?.metadata.annotations).toMatchObject(annotations);
  expect(after?.data).toEqual(record.data);
});

it('a mark that someone made unreadable counts as none', () => {
  const cluster = replaced();
  const { configMaps } = cluster.stores;
  for (const text of ['not JSON', '[]', '{"reason":"","message":"x","at":"y"}', '{"reason":1}']) {
    const record = configMaps.get('shop/retail-v2')!;
    const annotations = { 'stockout.dev/refused': text };
    cluster.put(configMaps, { ...record, metadata: { ...record.metadata, annotations } });
    cluster.settle();
    expect(told(cluster, 'v2')).toEqual({ state: 'GatesPassed' });
  }
});
