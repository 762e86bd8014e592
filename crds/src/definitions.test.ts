import { readFileSync } from 'node:fs';
import { DEFAULT_GATES, GATE_RULES, METRIC_NAMES } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { API_VERSION, readDefinitions, schemaOf } from './definitions.ts';
import type { JSONSchemaProps } from './definition.ts';
import { readManifests } from './manifest/index.ts';

const schemas = readDefinitions().map(
  (definition) => [definition.spec.names.kind, schemaOf(definition)] as const,
);
const model = schemaOf(readDefinitions()[0]!);
const gates = model.properties?.['spec']?.properties?.['gates'];
const sample = (name: string) =>
  readFileSync(new URL(`../../config/samples/${name}.yaml`, import.meta.url), 'utf8');

describe('the definitions', () => {
  test('are of the API that the code speaks', () => {
    const versions = readDefinitions().map(
      ({ spec }) => `${spec.group}/${spec.versions[0]?.name} ${spec.names.kind}`,
    );
    expect(versions).toEqual([`${API_VERSION} StockoutModel`, `${API_VERSION} ScoringJob`]);
  });

  test.each(schemas)(
    'bound every text, list and map of a %s, or a real API server would refuse their rules',
    (_kind, schema) => {
      expect(unbounded(schema.properties?.['spec'] ?? {}, 'spec')).toEqual([]);
      expect(unbounded(schema.properties?.['status'] ?? {}, 'status')).toEqual([]);
    },
  );

  test.each(schemas)(
    'say of a %s what a schema can say: a comma in a text without quotes makes a field of its rest',
    (_kind, schema) => {
      const unknown = walk(schema, '').flatMap(([where, node]) =>
        Object.keys(node).flatMap((key) => (KEYWORDS.test(key) ? [] : [`${where} ${key}`])),
      );
      expect(unknown).toEqual([]);
    },
  );

  test.each(schemas)('tell people what each rule of a %s asks', (_kind, schema) => {
    const rules = walk(schema, '').flatMap(([, node]) => node['x-kubernetes-validations'] ?? []);
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ message }) => !message)).toEqual([]);
  });

  test('know the gates that the verdict knows, and its defaults', () => {
    const fields = gates?.items?.properties ?? {};
    expect(gates?.default).toEqual(DEFAULT_GATES);
    expect(fields['metric']?.enum).toEqual([...METRIC_NAMES]);
    expect(Object.keys(fields)).toEqual(['metric', ...GATE_RULES]);
  });

  test('make defaults that they accept themselves', () => {
    const spec = {
      storage: { uri: 's3://bucket' },
      training: {},
      serving: { autoscaling: { maxReplicas: 3 } },
    };
    const object = { apiVersion: API_VERSION, kind: 'StockoutModel', metadata: { name: 'a' }, spec };
    const [admitted] = readManifests(JSON.stringify(object), 'a').models;
    expect(readManifests(JSON.stringify(admitted), 'a').models).toEqual([admitted]);
  });
});

describe('the samples', () => {
  test('belong together: the job names the model, the model the volume', () => {
    const [retail] = readManifests(sample('stockoutmodel'), 'stockoutmodel.yaml').models;
    const [nightly] = readManifests(sample('scoringjob'), 'scoringjob.yaml').scoringJobs;
    const volume = parse(sample('storage'));
    expect(nightly?.spec.modelRef.name).toBe(retail?.metadata.name);
    expect(nightly?.metadata.namespace).toBe(retail?.metadata.namespace);
    expect(volume.kind).toBe('PersistentVolumeClaim');
    expect(volume.metadata).toEqual({
      name: retail?.spec.storage.persistentVolumeClaim?.claimName,
      namespace: retail?.metadata.namespace,
    });
  });
});

/** Of those that a CustomResourceDefinition may use, the ones that ours do. */
const KEYWORDS =
  /^(type|format|description|default|enum|pattern|properties|additionalProperties|items|required|(min|max)(imum|Length|Items|Properties)|anyOf|not|x-kubernetes-[a-z-]+)$/;

function unbounded(schema: JSONSchemaProps, path: string): string[] {
  return walk(schema, path).flatMap(([where, node]) => (isBounded(node) ? [] : [where]));
}

function isBounded(node: JSONSchemaProps): boolean {
  // These have a longest value of their own.
  if (node.enum !== undefined || node.format === 'date-time') return true;
  if (node.type === 'string') return node.maxLength !== undefined;
  if (node.type === 'array') return node.maxItems !== undefined;
  return node.additionalProperties === undefined || node.maxProperties !== undefined;
}

function walk(schema: JSONSchemaProps, path: string): [string, JSONSchemaProps][] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    walk(field, `${path}.${name}`),
  );
  const items = schema.items ? walk(schema.items, `${path}[]`) : [];
  const values =
    typeof schema.additionalProperties === 'object' ? walk(schema.additionalProperties, `${path}.*`) : [];
  return [[path, schema], ...below, ...items, ...values];
}

describe('what kubectl get shows', () => {
  const columns = Object.fromEntries(
    readDefinitions().map(({ spec }) => [spec.names.kind, spec.versions[0]?.additionalPrinterColumns ?? []]),
  );
  const shown = (kind: string, wide = false) =>
    columns[kind]?.filter(({ priority = 0 }) => wide || priority === 0).map(({ name }) => name);

  test('of a model is where it stands, what serves and how good that is', () => {
    const narrow = ['Ready', 'Reason', 'Serving', 'Latest', 'AUC', 'F1', 'Age'];
    expect(shown('StockoutModel')).toEqual(narrow);
    expect(shown('StockoutModel', true)).toEqual([...narrow, 'Message']);
    const paths = columns['StockoutModel']?.filter(({ name }) => /^(AUC|F1)$/.test(name));
    expect(paths?.map(({ jsonPath }) => jsonPath)).toEqual(['.status.metrics.auc', '.status.metrics.f1']);
  });

  test('of a scoring job is why no run begins too, where none has begun yet', () => {
    expect(columns['ScoringJob']?.find(({ name }) => name === 'State')?.jsonPath).toBe(
      '.status.conditions[?(@.type=="Ready")].reason',
    );
  });
});
