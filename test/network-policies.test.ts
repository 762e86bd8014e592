import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { aModel } from '../operator/src/testing/builders.ts';
import { madeWithPods } from '../operator/src/testing/made-objects.ts';

type Labels = Record<string, string>;

interface Policy {
  kind: 'NetworkPolicy';
  metadata: { name: string };
  spec: {
    podSelector: {
      matchLabels?: Labels;
      matchExpressions?: { key: string; operator: 'In'; values: string[] }[];
    };
    policyTypes: string[];
    ingress?: { ports?: { port: string }[] }[];
  };
}

interface Deployment {
  kind: 'Deployment';
  spec: { template: { metadata: { labels: Labels } } };
}

const CONFIG = new URL('../config/', import.meta.url);
const made = madeWithPods(aModel());
const [operator] = readObjects<Deployment>('base/deployment.yaml');
/** Every pod that we make or are, with what it is labelled. */
const PODS: [whose: string, labels: Labels][] = [
  ...Object.entries(made).map(([whose, { spec }]): [string, Labels] => [
    whose,
    spec.template.metadata.labels ?? {},
  ]),
  ['operator', operator?.spec.template.metadata.labels ?? {}],
];
const IN_MODELS_NAMESPACE = ['network-policy/predictors.yaml', 'network-policy/jobs.yaml'].flatMap((file) =>
  readObjects<Policy>(`components/${file}`),
);
const IN_OPERATORS_NAMESPACE = readObjects<Policy>('base/network-policy.yaml');

test.each(PODS)('the pods of the %s are selected by the one policy that is theirs', (whose, labels) => {
  const policies = whose === 'operator' ? IN_OPERATORS_NAMESPACE : IN_MODELS_NAMESPACE;
  const mine = policies.filter((policy) => selects(policy, labels)).map(({ metadata }) => metadata.name);
  const own = { operator: ['default-deny', 'stockout-operator'], predictor: ['stockout-predictors'] };
  expect(mine).toEqual(own[whose as keyof typeof own] ?? ['stockout-jobs']);
});

test('policies close both ways: what none of their rules lets through is not let through', () => {
  for (const { spec } of [...IN_MODELS_NAMESPACE, ...IN_OPERATORS_NAMESPACE]) {
    expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  }
});

test('the ports that predictors are reached by are ports that they have', () => {
  const policy = IN_MODELS_NAMESPACE.find(({ metadata }) => metadata.name === 'stockout-predictors');
  const named = policy?.spec.ingress?.flatMap(({ ports = [] }) => ports.map(({ port }) => port));
  const had = made.predictor.spec.template.spec.containers[0]?.ports?.map(({ name }) => name);
  expect(named).toEqual(had);
});

function readObjects<T>(file: string): T[] {
  return parseAllDocuments(readFileSync(new URL(file, CONFIG), 'utf8')).map((each) => each.toJS() as T);
}

function selects({ spec: { podSelector } }: Policy, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
