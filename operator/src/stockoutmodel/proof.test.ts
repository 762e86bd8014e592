import type { GoldenReport, ShadowReport } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Question } from '../predictors/question.ts';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aGoldenReport, aShadowReport } from '../testing/played-answers.ts';

const ANALYSIS = {
  durationSeconds: 60,
  maxDurationSeconds: 300,
  minRequests: 100,
  maxErrorRate: '0.01',
  maxP99Milliseconds: 50,
  maxScoreShift: '0.1',
};

interface Rollout {
  analysis?: typeof ANALYSIS;
  shadow?: { percent: number; replay: number };
}

/** v1 serves, v2 passed its gates, its pods are up and it is put to the proof. */
function proving(rollout: Rollout = { analysis: ANALYSIS }): FakeCluster {
  const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' }, rollout } }));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
  cluster.settle();
  cluster.bringUp('retail-blue');
  cluster.settle();
  expect(cluster.serving).toBe('v1');
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v2'));
  cluster.settle();
  cluster.bringUp('retail-green');
  cluster.settle();
  return cluster;
}

const stateOf = (cluster: FakeCluster, version: string) =>
  cluster.model.status?.versions?.find(({ name }) => name === version)?.state;
const urlOf = ({ request }: Question) => (request !== null && 'url' in request ? request.url : undefined);
const goldenOf = (cluster: FakeCluster) =>
  cluster.step().questions.filter((question) => question.about === 'golden');
const rolledOut = (cluster: FakeCluster) => cluster.condition('RolledOut');

describe('a candidate', () => {
  it('is shown requests for the whole window, then it serves', () => {
    const cluster = proving();
    expect(rolledOut(cluster)).toMatchObject({
      reason: 'Proving',
      message:
        'v2 (green) is on its way, until then v1 (blue) serves: it is shown requests until 2026-11-23T12:01:00Z',
    });
    cluster.pass(59);
    expect(cluster.settle().requeueAfterMs).toBe(1_000);
    expect(cluster.serving).toBe('v1');
    cluster.pass(1);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
    expect(cluster.stores.services.get('shop/retail-candidate')).toBeUndefined();
  });

  it('is asked by the pods that serve, through its own Service, under an id that an operator after us finds again', () => {
    const cluster = proving({ analysis: ANALYSIS, shadow: { percent: 25, replay: 7 } });
    const { questions } = cluster.step();
    expect(questions.map(({ about, pod }) => `${about} ${pod.name}`)).toEqual([
      'golden retail-green-v2-0',
      'golden retail-green-v2-1',
      'shadow retail-blue-v1-0',
      'shadow retail-blue-v1-1',
    ]);
    const uid = cluster.stores.deployments.get('shop/retail-green')?.metadata.uid;
    expect(questions.at(-1)?.request).toEqual({
      id: `stockout-operator.${uid}.2026-11-23T12:00:00Z`,
      url: 'http://retail-candidate.shop.svc',
      version: 'v2',
      percent: 25,
      replay: 7,
    });
    expect(cluster.stores.services.get('shop/retail-candidate')?.spec).toMatchObject({
      type: 'ClusterIP',
      selector: { 'stockout.dev/model': 'retail', 'stockout.dev/color': 'green' },
    });
  });

  it('behind TLS is asked within TLS', () => {
    const cluster = proving({});
    cluster.edit('TLS', (spec) => (spec.serving.tls = { secretName: 'stockout-tls' }));
    cluster.answers.golden = undefined;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    const urls = goldenOf(cluster).map(({ request }) => request.url);
    expect([...new Set(urls)]).toEqual(['https://retail-candidate.shop.svc']);
    expect(cluster.stores.services.get('shop/retail-candidate')?.spec.ports).toMatchObject([{ port: 443 }]);
  });

  it('that takes tokens alone is asked for golden predictions and compared as any other', () => {
    const cluster = proving();
    const jwt = { issuer: 'https://issuer.example', audience: 'stockout' };
    cluster.edit('tokens', (spec) => (spec.serving.auth = { jwt, rateLimitPerMinute: 1 }));
    cluster.settle();
    cluster.bringUp('retail-green');
    cluster.settle();
    const asked = cluster.step().questions.map((question) => [question.about, urlOf(question)]);
    const url = 'http://retail-candidate.shop.svc';
    expect(asked).toEqual(['golden', 'golden', 'shadow', 'shadow'].map((about) => [about, url]));
    expect(goldenOf(cluster)[0]?.request.rows).toBe(64);
    cluster.pass(60);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('where requests by key are limited is asked for few golden predictions, so that callers have some left', () => {
    const cluster = proving({});
    const apiKeySecretRef = { name: 'stockout-api-key' };
    cluster.edit('a limit', (spec) => (spec.serving.auth = { apiKeySecretRef, rateLimitPerMinute: 16 }));
    cluster.answers.golden = undefined;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(goldenOf(cluster).map(({ request }) => request)).toEqual(
      Array.from({ length: 2 }, () => ({ url: 'http://retail-candidate.shop.svc', rows: 2 })),
    );
  });

  it('where pods are processes is asked by its address, for there is nobody to resolve a name', () => {
    const cluster = proving();
    cluster.podNetwork = '10.0.0.0/8';
    const urls = cluster.step().questions.map(urlOf);
    expect(urls).toEqual([
      'http://10.0.2.1:8000',
      'http://10.0.2.2:8000',
      'http://10.0.2.1:8000',
      'http://10.0.2.2:8000',
    ]);
  });

  it.each<[string, Partial<ShadowReport>, string]>([
    [
      'errors',
      { requests: { compared: 490, errors: 10, dropped: 0 } },
      'of 500 requests error rate 0.02 is above 0.01',
    ],
    [
      'a score shift',
      { scoreShift: { mean: 0.3, max: 0.9 } },
      'of 500 requests score shift 0.3 is above 0.1',
    ],
    [
      'slowness',
      { latency: { ...aShadowReport().latency, candidate: { count: 500, p50: 9, p99: 80 } } },
      'of 500 requests p99 80 ms is above 50 ms',
    ],
    [
      'a figure that is missing',
      { scoreShift: { mean: null, max: null } },
      'of 500 requests score shift cannot be told',
    ],
  ])('is refused for %s, with figures, and not tried again', (_, changes, why) => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport(changes);
    cluster.pass(60);
    cluster.settle();
    expect(cluster.serving).toBe('v1');
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(`v2 (green) was refused, v1 (blue) keeps serving: ${why}`);
    expect(stateOf(cluster, 'v2')).toBe('AnalysisFailed');
    // Nobody asked for v2 by its name: what serves is as it should be.
    expect(cluster.condition('Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect(cluster.condition('Stalled')).toBeUndefined();
    cluster.answers.shadow = aShadowReport();
    cluster.pass(100_000);
    expect(cluster.settle().chains.flat()).toEqual([]);
    expect(cluster.stores.deployments.get('shop/retail-green')?.spec.replicas).toBe(0);
  });

  it('is tried again when the bounds are wider, or when it is pinned, not when it is unpinned', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ scoreShift: { mean: 0.3, max: 0.9 } });
    const refuse = (): void => {
      cluster.bringUp('retail-green');
      cluster.settle();
      cluster.pass(60);
      cluster.settle();
      expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
    };
    cluster.pass(60);
    cluster.settle();
    cluster.edit('v2 is pinned', (spec) => (spec.promotion.version = 'v2'));
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('RollingOut');
    refuse();
    expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    cluster.edit('it is pinned no more', (spec) => delete spec.promotion.version);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
    cluster.edit('a shift is allowed', (spec) => (spec.serving.rollout.analysis!.maxScoreShift = '0.5'));
    cluster.settle();
    cluster.bringUp('retail-green');
    cluster.settle();
    cluster.pass(60);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('that is shown too few requests is shown more, then it is refused as inconclusive', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 99, errors: 0, dropped: 0 } });
    cluster.pass(60);
    cluster.settle();
    expect(rolledOut(cluster)?.message).toContain(
      'fewer than 100 requests so far: it is shown more until 2026-11-23T12:05:00Z',
    );
    cluster.pass(240);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'Inconclusive' });
    expect(rolledOut(cluster)?.message).toContain('99 requests within 300 s are too few to judge by');
    expect(stateOf(cluster, 'v2')).toBe('Inconclusive');
  });

  it('that is shown enough requests in the longer window serves', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 99, errors: 0, dropped: 0 } });
    cluster.pass(60);
    cluster.settle();
    cluster.answers.shadow = aShadowReport({ requests: { compared: 100, errors: 0, dropped: 0 } });
    cluster.pass(10);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('of which the serving pods tell nothing is refused, after a moment in which they may be about to', () => {
    const cluster = proving();
    cluster.answers.shadow = new Error('its admin port cannot be asked: ECONNREFUSED');
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime();
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(30);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'retail-blue-v1-0 does not tell how the candidate does: its admin port',
    );
  });

  it('that does not answer the serving pods any more is refused, however well it did before', () => {
    const cluster = proving();
    const requests = { compared: 1000, errors: 5, dropped: 700 };
    cluster.answers.shadow = aShadowReport({ answering: false, requests });
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime() - 10_000;
    expect(cluster.settle().requeueAfterMs).toBe(20_000);
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(20);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'it does not answer the requests that the serving pod retail-blue-v1-0 shows it any more',
    );
  });

  it('that answers the serving pods again within half a minute is judged by its figures', () => {
    const cluster = proving();
    cluster.answers.shadow = aShadowReport({ answering: false });
    cluster.pass(60);
    cluster.answers.failingSince = cluster.now.getTime();
    cluster.settle();
    cluster.answers.shadow = aShadowReport();
    cluster.pass(10);
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it('whose pod ended while it was put to the proof is refused', () => {
    const cluster = proving();
    cluster.crash('retail-green', 'OOMKilled');
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(
      'its pod retail-green-v2-0 ended while it was put to the proof: out of memory',
    );
  });

  it('is proved by its golden predictions alone where no analysis is asked for', () => {
    const cluster = proving({});
    expect(cluster.serving).toBe('v2');
  });

  it.each<[string, GoldenReport | Error | undefined, string]>([
    ['nothing yet', undefined, 'no answer'],
    ['no answer', new Error('its admin port cannot be asked: ECONNREFUSED'), 'ECONNREFUSED'],
    [
      'what the Service did not answer',
      aGoldenReport({ reproduced: 29, unanswered: 3, message: 'connection' }),
      'connection',
    ],
    ['of no rows', aGoldenReport({ rows: 0, reproduced: 0 }), 'no answer'],
  ])('whose golden predictions did not come back (%s) is waited for, then refused', (_, golden, why) => {
    const cluster = proving({});
    cluster.edit(
      'another spec of its pods',
      (spec) => (spec.serving.resources = { limits: { memory: '1Gi' } }),
    );
    cluster.answers.golden = golden;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    cluster.pass(599);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(1);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain('did not come back by the Service retail-candidate');
    expect(rolledOut(cluster)?.message).toContain(why);
    expect(cluster.serving).toBe('v2');
  });

  it('is not refused for what an operator that was started anew has not asked for yet', () => {
    const cluster = proving();
    cluster.pass(700);
    cluster.answers.askedSince = undefined;
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.answers.askedSince = cluster.now.getTime();
    cluster.settle();
    expect(cluster.serving).toBe('v2');
  });

  it.each([
    ['retail-green-v2-0', 'did not come back by the Service retail-candidate: no answer'],
    ['retail-blue-v1-1', 'retail-blue-v1-1 does not tell how the candidate does: it has not answered yet'],
  ])('is given half a minute when %s is asked late and tells nothing, then it is refused', (pod, why) => {
    const cluster = proving();
    cluster.pass(700);
    cluster.answers.silent.add(pod);
    cluster.answers.askedSince = cluster.now.getTime();
    expect(cluster.settle().requeueAfterMs).toBe(30_000);
    cluster.pass(29);
    cluster.settle();
    expect(rolledOut(cluster)?.reason).toBe('Proving');
    cluster.pass(1);
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ status: 'False', reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(why);
  });

  it('whose golden predictions come back with other scores is refused at once', () => {
    const cluster = proving();
    const message = "golden prediction 3 came back as 0.2, the version's own is 0.7";
    cluster.answers.golden = aGoldenReport({ reproduced: 31, different: 1, message });
    cluster.settle();
    expect(rolledOut(cluster)).toMatchObject({ reason: 'AnalysisFailed' });
    expect(rolledOut(cluster)?.message).toContain(message);
  });

  it('of the version that serves is compared with nobody: another spec of its pods changes no score', () => {
    const cluster = proving();
    cluster.pass(60);
    cluster.settle();
    cluster.edit('more memory', (spec) => (spec.serving.resources = { limits: { memory: '1Gi' } }));
    cluster.answers.shadow = undefined;
    cluster.settle();
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.stores.services.get('shop/retail')?.spec.selector).toMatchObject({
      'stockout.dev/color': 'blue',
    });
  });
});

test('once nobody is put to the proof, pods that an operator before told to compare are told to end it', () => {
  const cluster = proving();
  cluster.pass(60);
  const { questions } = cluster.settle();
  expect(questions.map(({ about, pod }) => `${about} ${pod.name}`)).toEqual([
    'requests retail-green-v2-0',
    'requests retail-green-v2-1',
    'unshadow retail-blue-v1-0',
    'unshadow retail-blue-v1-1',
    'unshadow retail-green-v2-0',
    'unshadow retail-green-v2-1',
  ]);
});

test.each([
  ['while a candidate is proved', (cluster: FakeCluster) => (cluster.answers.golden = undefined)],
  ['once another version serves', (cluster: FakeCluster) => cluster.pass(60)],
])('a comparison is ended when shadow and analysis are taken out of the spec %s', (_, come) => {
  const cluster = proving();
  come(cluster);
  cluster.settle();
  cluster.edit('no analysis', (spec) => delete spec.serving.rollout.analysis);
  const asked = cluster.settle().questions.map(({ about, pod }) => `${about} ${pod.name}`);
  expect(asked).toContain('unshadow retail-blue-v1-0');
  expect(asked).not.toContain('shadow retail-blue-v1-0');
});

test('a comparison goes on while no pod of the candidate is ready: what it counted is not lost', () => {
  const cluster = proving();
  for (const pod of cluster.stores.pods.values())
    if (pod.metadata.name.startsWith('retail-green'))
      cluster.put(cluster.stores.pods, { ...pod, status: { ...pod.status, conditions: [] } });
  const asked = cluster.settle().questions.map(({ about }) => about);
  expect(asked).not.toContain('unshadow');
});

test('only a version that passed serves, whatever pods tell: what is missing or odd never passes', () => {
  const share = fc.option(fc.constantFrom(0, 0.005, 0.1, 0.11, 1), { freq: 4 });
  const answer = fc.record({
    compared: fc.constantFrom(0, 1, 99, 100, 5_000),
    errors: fc.constantFrom(0, 1, 60),
    mean: share,
    p99: fc.option(fc.constantFrom(0.1, 50, 50.1), { freq: 4 }),
    reproduced: fc.constantFrom(32, 32, 32, 31, 0),
    silent: fc.boolean(),
    seconds: fc.constantFrom(59, 60, 299, 300, 1_000),
  });
  fc.assert(
    fc.property(answer, ({ compared, errors, mean, p99, reproduced, silent, seconds }) => {
      const cluster = proving();
      const { answers } = cluster;
      answers.golden = aGoldenReport({ reproduced, unanswered: 32 - reproduced });
      const candidate = { count: compared + errors, p50: p99, p99 };
      answers.shadow = silent
        ? new Error('no answer in time')
        : aShadowReport({
            requests: { compared, errors, dropped: 0 },
            scoreShift: { mean, max: mean },
            latency: { ...aShadowReport().latency, candidate },
          });
      cluster.pass(seconds);
      cluster.settle();
      const isGood =
        seconds >= 60 &&
        !silent &&
        reproduced === 32 &&
        compared + errors >= 100 &&
        errors <= 0.01 * (compared + errors) &&
        mean !== null &&
        mean <= 0.1 &&
        p99 !== null &&
        p99 <= 50;
      expect(cluster.serving).toBe(isGood ? 'v2' : 'v1');
    }),
    { numRuns: 100 },
  );
});
