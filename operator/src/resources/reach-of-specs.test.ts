import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import type { PodTemplate } from '../api/kubernetes.ts';
import { aModel, aScoringJob } from '../testing/builders.ts';
import { madeWithPods } from '../testing/made-objects.ts';
import { specFields, withField } from '../testing/spec-fields.ts';

/**
 * What of a pod a spec may say. Not among it, so the operator's alone: image, command, environment by value, volumes but
 * Secrets and claims, security contexts, tokens, the host's namespaces, ports and probes.
 */
const MAY_SAY: readonly string[] = [
  // What a run reads, and what our one command is told.
  'metadata.annotations.stockout.dev/manifest',
  // Hashed, or as a fixed word.
  'metadata.labels.stockout.dev/run',
  'metadata.labels.azure.workload.identity/use',
  'spec.containers[].args[]',
  // Where the volume lies that the allow-list let in.
  'spec.containers[].volumeMounts[].mountPath',
  'spec.containers[].resources.limits.any',
  'spec.containers[].resources.requests.any',
  'spec.nodeSelector.any',
  'spec.tolerations[].key',
  'spec.tolerations[].operator',
  'spec.tolerations[].value',
  'spec.tolerations[].effect',
  'spec.tolerations[].tolerationSeconds',
];
/** The same, but only by fields whose names the operator's allow-list is for (refusal.test.ts). */
const MAY_NAME: readonly string[] = [
  'spec.serviceAccountName',
  'spec.containers[].envFrom[].secretRef.name',
  'spec.volumes[].secret.secretName',
  'spec.volumes[].persistentVolumeClaim.claimName',
];
const NAMES = /secret|serviceAccount|claim/i;

const secretRef = { name: 'stockout-secret' };
const spark = { type: 'Spark' as const, connectUrl: 'sc://spark:15002', secretRef };
const cloud = { uri: 's3://bucket/prod', persistentVolumeClaim: undefined };
const full: Parameters<typeof aModel>[0] = {
  training: {
    engine: spark,
    resources: { limits: { any: '1' }, requests: { any: '1' } },
    nodeSelector: { any: 'a' },
    tolerations: [{ key: 'a', operator: 'Equal', value: 'a', effect: 'NoExecute', tolerationSeconds: 1 }],
  },
  serving: {
    auth: { apiKeySecretRef: secretRef, jwt: { issuer: 'https://a', audience: 'a' }, rateLimitPerMinute: 1 },
    tls: { secretName: 'stockout-tls' },
    resources: { limits: { any: '1' }, requests: { any: '1' } },
    nodeSelector: { any: 'a' },
  },
  tracking: { mlflow: { trackingUri: 'http://a', registeredModel: 'a', secretRef } },
};
/** All that has pods in it depends on these. */
const WORLDS: readonly [model: StockoutModel, job: ScoringJob][] = [
  [aModel(full), aScoringJob({ engine: spark })],
  [withField(aModel(full), 'spec.storage', { ...cloud, secretRef }), aScoringJob()],
  [withField(aModel(full), 'spec.storage', { ...cloud, serviceAccountName: 'stockout-data' }), aScoringJob()],
];

const FIELDS = ['StockoutModel', 'ScoringJob'].flatMap((kind) =>
  specFields(kind).map((field) => ({ kind, field })),
);

describe('a pod is told by a spec what it may be told, and nothing else', () => {
  test.each(FIELDS)('$kind $field', ({ kind, field }) => {
    const reached = reachOf(kind, field);
    expect(reached.filter((path) => !MAY_SAY.includes(path) && !MAY_NAME.includes(path))).toEqual([]);
    if (!NAMES.test(field)) expect(reached.filter((path) => MAY_NAME.includes(path))).toEqual([]);
  });

  test('all of which it is told by some field: nothing is allowed that nobody says', () => {
    const reached = new Set(FIELDS.flatMap(({ kind, field }) => reachOf(kind, field)));
    expect([...MAY_SAY, ...MAY_NAME].filter((path) => !reached.has(path))).toEqual([]);
  });
});

/** Where pods are another when this field is: the paths of what is new. */
function reachOf(kind: string, field: string): string[] {
  const reached = WORLDS.flatMap(([model, job]) => {
    const isOfJob = kind === 'ScoringJob';
    const before = templatesOf(model, job);
    const after = isOfJob ? templatesOf(model, changed(job, field)) : templatesOf(changed(model, field), job);
    return after.flatMap((template, index) => newIn(before[index], template));
  });
  return [...new Set(reached)];
}

/** Storage stays of the kind that it is: a volume, or none. */
function changed<T extends StockoutModel | ScoringJob>(object: T, field: string): T {
  const uri = object.kind === 'StockoutModel' ? object.spec.storage.uri : '';
  return withField<T>(object, field, field === 'spec.storage.uri' ? `${uri}/else` : 'else');
}

function templatesOf(model: StockoutModel, job: ScoringJob): PodTemplate[] {
  return Object.values(madeWithPods(model, job)).map(({ spec }) => spec.template);
}

function newIn(before: unknown, after: unknown, path = ''): string[] {
  if (after === null || typeof after !== 'object')
    return after === before || after === undefined ? [] : [path];
  const old = (before ?? {}) as Record<string, unknown>;
  return Object.entries(after).flatMap(([key, value]) => {
    if (Array.isArray(after)) return newIn(counterpart(old, value, key), value, `${path}[]`);
    return newIn(old[key], value, path === '' ? key : `${path}.${key}`);
  });
}

/** Of an item with a name the one of that name: another may have come before it. */
function counterpart(old: unknown, item: unknown, index: string): unknown {
  const name = (item as { name?: unknown } | null)?.name;
  if (name === undefined || !Array.isArray(old)) return (old as Record<string, unknown>)[index];
  return old.find((each: { name?: unknown }) => each.name === name);
}
