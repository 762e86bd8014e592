import { readFileSync } from 'node:fs';
import { InputError } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readManifests } from './index.ts';

const MODEL = `apiVersion: stockout.dev/v1alpha1
kind: StockoutModel
metadata:
  name: retail
spec:
  storage:
    uri: file:///data
    persistentVolumeClaim: { claimName: stockout-data }
  training: {}
`;
const JOB = `apiVersion: stockout.dev/v1alpha1
kind: ScoringJob
metadata: { name: nightly, namespace: shops }
spec: { modelRef: { name: retail } }
`;
const itemOf = (text: string) => `- ${text.trimEnd().replaceAll('\n', '\n  ')}\n`;
const sample = (name: string) =>
  readFileSync(new URL(`../../../config/samples/${name}.yaml`, import.meta.url), 'utf8');

describe('a manifest file', () => {
  test('gives its objects with defaults, in namespace default unless they name one', () => {
    const { models, scoringJobs } = readManifests(`${MODEL}---\n${JOB}`, 'both.yaml');
    expect(models).toHaveLength(1);
    expect(models[0]?.metadata).toEqual({ name: 'retail', namespace: 'default' });
    expect(models[0]?.spec.training?.params.rounds).toBe(200);
    expect(scoringJobs[0]?.metadata.namespace).toBe('shops');
    expect(scoringJobs[0]?.spec.output).toEqual({ table: 'retail_stockout_predictions', mode: 'Overwrite' });
  });

  test('may be JSON, have empty documents, objects of other groups, anchors and a status', () => {
    expect(
      readManifests(
        JSON.stringify({
          apiVersion: 'stockout.dev/v1alpha1',
          kind: 'ScoringJob',
          metadata: { name: 'a' },
          spec: { modelRef: { name: 'm' } },
        }),
        'a.json',
      ).scoringJobs,
    ).toHaveLength(1);
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n';
    const merged = `${JOB}status: { runs: 5 }\n`.replace('spec: {', 'spec: { <<: { shards: 1 },');
    const { scoringJobs } = readManifests(`---\n---\n${secret}---\n${merged}`, 'all.yaml');
    expect(scoringJobs).toHaveLength(1);
    expect(scoringJobs[0]?.status).toEqual({ observedGeneration: -1 });
  });

  test('may be a List, as kubectl prints several objects, and what is wrong in it has its line', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n${itemOf(MODEL)}${itemOf(JOB)}`;
    const { models, scoringJobs } = readManifests(list, 'list.yaml');
    expect([models, scoringJobs].map((found) => found.map(({ metadata }) => metadata.name))).toEqual([
      ['retail'],
      ['nightly'],
    ]);
    expect(() => readManifests(list.replace('modelRef: {', 'model: {'), 'list.yaml')).toThrow(
      /^list\.yaml:16: items\[1\]\.spec\.model: unknown field/,
    );
    expect(() => readManifests('apiVersion: v1\nkind: List\n', 'list.yaml')).toThrow(/list\.yaml:1: items: /);
  });

  test.each(['stockoutmodel', 'scoringjob'])('of the sample %s is accepted', (name) => {
    const { models, scoringJobs } = readManifests(sample(name), name);
    expect(models.length + scoringJobs.length).toBe(1);
  });
});

describe('a manifest that is wrong is refused with file, line and field', () => {
  test.each([
    [
      'a value out of bounds',
      `${MODEL}  data:\n    horizonDays: 0\n`,
      'm.yaml:11: spec.data.horizonDays: Invalid value: 0: spec.data.horizonDays in body should be greater than or equal to 1',
    ],
    [
      'a wrong gate',
      `${MODEL}  gates:\n    - metric: auc\n      min: "0.9"\n    - metric: accuracy\n      min: "0.9"\n`,
      'm.yaml:13: spec.gates[1].metric: Unsupported value: "accuracy": supported values: "auc", "prAuc", "f1", "precision", "recall", "brier", "logLoss", "ece"',
    ],
    [
      'a rule',
      `${MODEL}  gates:\n    - { metric: auc }\n`,
      'm.yaml:11: spec.gates[0]: Invalid value: exactly one of min, max, maxDropFromServing and minGainOverBaseline must be given',
    ],
    [
      'an unknown field',
      MODEL.replace('training: {}', 'training: { param: {} }'),
      'm.yaml:9: spec.training.param: unknown field, remove it or correct its name',
    ],
    [
      'a missing field',
      MODEL.replace('    uri: file:///data\n', ''),
      'm.yaml:6: spec.storage.uri: Required value',
    ],
    [
      'a threshold that is none',
      `${MODEL}  data:\n    columns:\n      promo: true\n`,
      'm.yaml:12: spec.data.columns.promo: Invalid value: "": "spec.data.columns.promo" must not validate the schema (not)',
    ],
    [
      'a key with dots',
      `${MODEL}  serving:\n    service:\n      annotations:\n        a: b\n        a.b/c: 5\n`,
      'm.yaml:14: spec.serving.service.annotations.a.b/c: Invalid value: "integer": spec.serving.service.annotations.a.b/c in body must be of type string: "integer"',
    ],
    [
      'a name that is too long',
      MODEL.replace('retail', 'r'.repeat(41)),
      "m.yaml:4: metadata.name: Invalid value: metadata.name must be at most 40 lower-case letters, digits and '-', begin with a letter and not end with '-': Services and Jobs are named after it",
    ],
    [
      'no name',
      MODEL.replace('name: retail', 'labels: {}'),
      'm.yaml:3: metadata.name: Required value: give the object a name',
    ],
    [
      'another version',
      MODEL.replace('v1alpha1', 'v1'),
      'm.yaml:1: apiVersion: stockout.dev/v1 is not known, use stockout.dev/v1alpha1',
    ],
    [
      'another kind',
      MODEL.replace('StockoutModel', 'Model'),
      'm.yaml:2: kind: Model is not known, use StockoutModel or ScoringJob',
    ],
    ['no kind', 'apiVersion: v1\n', 'm.yaml:1: kind: Required value: StockoutModel or ScoringJob'],
    [
      'no object',
      '\n- a\n',
      'm.yaml:2: must be a Kubernetes object, with apiVersion stockout.dev/v1alpha1 and a kind',
    ],
    ['a key twice', `${MODEL}  training: {}\n`, 'm.yaml:10: Map keys must be unique'],
    ['nothing', '', 'm.yaml: holds no StockoutModel and no ScoringJob of stockout.dev/v1alpha1'],
  ])('%s', (_name, text, message) => {
    expect(() => readManifests(text, 'm.yaml')).toThrow(new InputError(message));
  });

  test('all that is wrong is told at once, document by document', () => {
    const text = `${MODEL.replace('file:///data', 'hdfs://data')}---\n${JOB.replace('retail', 'Retail')}`;
    const lines = messageOf(() => readManifests(text, 'm.yaml')).split('\n');
    expect(lines.map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      'm.yaml:7: spec.storage.uri',
      'm.yaml:6: spec.storage',
      'm.yaml:14: spec.modelRef.name',
    ]);
  });

  test('whatever the text is, it is read or refused as input', () => {
    const pieces = [
      ...MODEL.split(/(?<=[\n:{} ])/),
      '---\n',
      '\t',
      '- ',
      '&a ',
      '*a',
      '"',
      '!!',
      '0x',
      '? ',
      '|\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 20 }), (parts) => {
        expect(messageOf(() => readManifests(parts.join(''), 'm.yaml'))).toMatch(/^m\.yaml(:\d+)?: /);
      }),
      { numRuns: 200 },
    );
  });
});

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('accepted');
}
