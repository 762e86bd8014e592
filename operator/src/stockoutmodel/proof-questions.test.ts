import { describe, expect, it, test } from 'vitest';
import type { Question } from '../predictors/question.ts';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { ANALYSIS, proving } from '../testing/rollouts.ts';

const urlOf = ({ request }: Question) => (request !== null && 'url' in request ? request.url : undefined);
const goldenOf = (cluster: FakeCluster) =>
  cluster.step().questions.filter((question) => question.about === 'golden');

describe('a candidate', () => {
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
