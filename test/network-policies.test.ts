import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildPredictorDeployment } from '../operator/src/resources/predictor-deployment.ts';
import { buildEvaluateJob } from '../operator/src/resources/evaluate-job.ts';
import { buildRegisterJob } from '../operator/src/resources/register-job.ts';
import { buildRecoverJob } from '../operator/src/resources/recover-job.ts';
import { buildRemovalJob } from '../operator/src/resources/removal-job.ts';
import { buildTrainingJob } from '../operator/src/resources/training-job.ts';
import { aModel } from '../operator/src/testing/builders.ts';

type Labels = Record<string, string>;

interface Policy {
  metadata: { name: string };
  spec: {
    podSelector: {
      matchLabels?: Labels;
      matchExpressions?: { key: string; operator: 'In'; values: string[] }[];
    };
    ingress?: { ports?: { port: string }[] }[];
  };
}

const FOLDER = new URL('../config/components/', import.meta.url);
const model = aModel();
const image = 'any';
const version = { version: 'v1', uri: 'file:///var/lib/stockout/v1', digest: 'sha256:0' };
const predictor = buildPredictorDeployment({ model, color: 'blue', version, image }).spec.template;
const training = buildTrainingJob({ model, run: 'run', against: undefined, image }).spec.template;
const evaluation = buildEvaluateJob(model, { version: 'v2', champion: 'v1' }, image).spec.template;
const tracking = buildRegisterJob(model, { versions: [], aliases: {} }, image).spec.template;
const recovery = buildRecoverJob(model, { versions: [], newest: 1 }, image).spec.template;
const removal = buildRemovalJob(model, image).spec.template;

test.each([
  ['network-policy/predictors.yaml', predictor, true],
  ['network-policy/predictors.yaml', training, false],
  ['network-policy/jobs.yaml', training, true],
  ['network-policy/jobs.yaml', evaluation, true],
  ['network-policy/jobs.yaml', tracking, true],
  ['network-policy/jobs.yaml', recovery, true],
  ['network-policy/jobs.yaml', removal, true],
  ['network-policy/jobs.yaml', predictor, false],
])('%s is about the pods that the operator labels so', (file, template, expected) => {
  const [policy] = policiesOf(file);
  expect(policy && selects(policy, template.metadata.labels ?? {})).toBe(expected);
});

test('the ports that predictors are reached by are ports that they have', () => {
  const [policy] = policiesOf('network-policy/predictors.yaml');
  const named = policy?.spec.ingress?.flatMap(({ ports = [] }) => ports.map(({ port }) => port));
  const had = predictor.spec.containers[0]?.ports?.map(({ name }) => name);
  expect(named).toEqual(had);
});

function policiesOf(file: string): Policy[] {
  return parseAllDocuments(readFileSync(new URL(file, FOLDER), 'utf8')).map((each) => each.toJS() as Policy);
}

function selects({ spec: { podSelector } }: Policy, labels: Labels): boolean {
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
