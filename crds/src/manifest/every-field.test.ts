import { describe, expect, test } from 'vitest';
import { child, isObject, type JsonObject } from '../admission/json.ts';
import type { JSONSchemaProps } from '../definition.ts';
import { readDefinitions, schemaOf } from '../definitions.ts';
import type { ScoringJob, StockoutModel } from '../types.ts';
import { notYetSupported, readManifests } from './index.ts';

/**
 * What a spec may say and is obeyed, by whom. A field of a few values, or one of which only some are obeyed, has a line
 * for each value. Whatever is in the schema and not here must be answered by NotYetSupported: never silence.
 */
const OBEYED: Record<string, readonly string[]> = {
  'StockoutModel by the operator': [
    'spec.storage.uri file:///data',
    'spec.storage.uri s3://bucket',
    'spec.storage.uri abfss://a@b/c',
    'spec.storage.secretRef.name',
    'spec.storage.serviceAccountName',
    'spec.storage.persistentVolumeClaim.claimName',
    'spec.training.resources.limits.*',
    'spec.training.resources.requests.*',
    ...placement('spec.training'),
    'spec.training.backoffLimit',
    'spec.training.activeDeadlineSeconds',
    'spec.training.ttlSecondsAfterFinished',
    'spec.training.suspend false',
    'spec.training.suspend true',
    'spec.training.schedule',
    'spec.gates[].metric auc',
    'spec.gates[].metric prAuc',
    'spec.gates[].metric f1',
    'spec.gates[].metric precision',
    'spec.gates[].metric recall',
    'spec.gates[].metric brier',
    'spec.gates[].metric logLoss',
    'spec.gates[].metric ece',
    'spec.gates[].min',
    'spec.gates[].max',
    'spec.gates[].maxDropFromServing',
    'spec.gates[].minGainOverBaseline',
    'spec.promotion.policy Automatic',
    'spec.promotion.policy Manual',
    'spec.promotion.version',
    'spec.serving.replicas',
    'spec.serving.service.type ClusterIP',
    'spec.serving.service.type NodePort',
    'spec.serving.service.type LoadBalancer',
    'spec.serving.service.port',
    'spec.serving.service.annotations.*',
    'spec.serving.auth.apiKeySecretRef.name',
    'spec.serving.auth.jwt.issuer',
    'spec.serving.auth.jwt.audience',
    'spec.serving.auth.rateLimitPerMinute',
    'spec.serving.tls.secretName',
    'spec.serving.rollout.strategy BlueGreen',
    'spec.serving.rollout.strategy RollingUpdate',
    'spec.serving.rollout.shadow.percent',
    'spec.serving.rollout.shadow.replay',
    'spec.serving.rollout.analysis.durationSeconds',
    'spec.serving.rollout.analysis.maxDurationSeconds',
    'spec.serving.rollout.analysis.minRequests',
    'spec.serving.rollout.analysis.maxErrorRate',
    'spec.serving.rollout.analysis.maxP99Milliseconds',
    'spec.serving.rollout.analysis.maxScoreShift',
    'spec.serving.rollout.progressDeadlineSeconds',
    'spec.serving.rollout.rollbackWindowSeconds',
    'spec.serving.autoscaling.minReplicas',
    'spec.serving.autoscaling.maxReplicas',
    'spec.serving.autoscaling.targetCPUUtilizationPercentage',
    'spec.serving.resources.limits.*',
    'spec.serving.resources.requests.*',
    ...placement('spec.serving'),
    'spec.monitoring.drift.psiThreshold',
    'spec.monitoring.drift.retrain false',
    'spec.monitoring.drift.retrain true',
    'spec.tracking.mlflow.secretRef.name',
    'spec.versionHistoryLimit',
    'spec.deletionPolicy Retain',
    'spec.deletionPolicy Delete',
  ],
  'StockoutModel by the pipeline': [
    'spec.data.rawTable retail',
    'spec.data.rawTable file:///data/retail',
    'spec.data.rawTable s3://bucket/retail',
    'spec.data.rawTable abfss://a@b/retail',
    'spec.data.featuresTable retail',
    'spec.data.featuresTable file:///data/retail',
    'spec.data.featuresTable s3://bucket/retail',
    'spec.data.featuresTable abfss://a@b/retail',
    'spec.data.columns.store',
    'spec.data.columns.product',
    'spec.data.columns.date',
    'spec.data.columns.price',
    'spec.data.columns.sales',
    'spec.data.columns.inventory',
    'spec.data.columns.region',
    'spec.data.columns.promo promo',
    'spec.data.columns.promo {column:discount,above:1}',
    'spec.data.columns.stockout stockout',
    'spec.data.columns.stockout {column:hours,above:1}',
    'spec.data.covariates[].column',
    'spec.data.covariates[].history false',
    'spec.data.covariates[].history true',
    'spec.data.features Standard',
    'spec.data.features Extended',
    'spec.data.horizonDays',
    'spec.data.version',
    'spec.training.params.rounds',
    'spec.training.params.maxDepth',
    'spec.training.params.eta',
    'spec.training.params.subsample',
    'spec.training.params.colsampleByTree',
    'spec.training.params.lambda',
    'spec.training.params.minChildWeight',
    'spec.training.params.seed',
    'spec.training.params.gamma',
    'spec.training.params.alpha',
    'spec.training.params.scalePosWeight',
    'spec.training.params.monotone.*',
    'spec.training.params.earlyStoppingRounds',
    'spec.training.split.strategy Time',
    'spec.training.split.strategy Random',
    'spec.training.split.strategy Store',
    'spec.training.split.strategy Product',
    'spec.training.split.testDays',
    'spec.training.split.testFraction',
    'spec.training.calibration None',
    'spec.training.calibration Platt',
    'spec.training.calibration Isotonic',
    'spec.training.engine.type DuckDB',
    'spec.training.engine.type Spark',
    'spec.source.uri file:///data/model.ubj',
    'spec.source.uri https://models.example/model.json',
    'spec.source.mlflow.modelUri',
    'spec.tracking.mlflow.trackingUri',
    'spec.tracking.mlflow.experiment',
    'spec.tracking.mlflow.registeredModel',
    'spec.tracking.mlflow.required false',
    'spec.tracking.mlflow.required true',
    'spec.serving.threshold.strategy Fixed',
    'spec.serving.threshold.strategy F1',
    'spec.serving.threshold.strategy Cost',
    'spec.serving.threshold.value',
  ],
  'ScoringJob by the operator': [
    'spec.modelRef.name',
    'spec.version',
    'spec.shards 1',
    'spec.shards 2',
    'spec.schedule',
    'spec.suspend false',
    'spec.suspend true',
    'spec.concurrencyPolicy Forbid',
    'spec.concurrencyPolicy Replace',
    'spec.concurrencyPolicy Allow',
    'spec.historyLimit',
    'spec.resources.limits.*',
    'spec.resources.requests.*',
    ...placement('spec'),
    'spec.backoffLimit',
    'spec.activeDeadlineSeconds',
  ],
  'ScoringJob by the pipeline': [
    'spec.input.table retail',
    'spec.input.table file:///data/retail',
    'spec.input.table s3://bucket/retail',
    'spec.input.table abfss://a@b/retail',
    'spec.input.lastDays',
    'spec.output.table retail',
    'spec.output.table file:///data/retail',
    'spec.output.table s3://bucket/retail',
    'spec.output.table abfss://a@b/retail',
    'spec.output.mode Overwrite',
    'spec.output.mode Append',
    'spec.output.mode ReplaceWindow',
    'spec.engine.type DuckDB',
    'spec.engine.type Spark',
  ],
};

/** Which nodes pods may run on, the same wherever there are pods. */
function placement(path: string): string[] {
  const fields = ['key', 'operator Equal', 'operator Exists', 'value', 'tolerationSeconds'];
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'].map((effect) => `effect ${effect}`);
  const tolerations = [...fields, ...effects].map((field) => `${path}.tolerations[].${field}`);
  return [`${path}.nodeSelector.*`, ...tolerations];
}

/** Refused by a rule of the schema unless another field is given, which is the one that is answered. */
const NEED_ANOTHER: Record<string, JsonObject> = {
  'StockoutModel spec.training.timeZone': { training: { timeZone: 'UTC' } },
  'StockoutModel spec.training.engine.connectUrl': { training: { engine: { connectUrl: 'sc://spark' } } },
  'StockoutModel spec.training.engine.secretRef.name': { training: { engine: { secretRef: { name: 'a' } } } },
  'StockoutModel spec.serving.threshold.missedStockout': { serving: { threshold: { missedStockout: '1' } } },
  'StockoutModel spec.serving.threshold.falseAlarm': { serving: { threshold: { falseAlarm: '1' } } },
  'ScoringJob spec.timeZone': { timeZone: 'UTC' },
  'ScoringJob spec.startingDeadlineSeconds': { startingDeadlineSeconds: 1 },
  'ScoringJob spec.engine.connectUrl': { engine: { connectUrl: 'sc://spark' } },
  'ScoringJob spec.engine.secretRef.name': { engine: { secretRef: { name: 'a' } } },
};

const TABLES = ['retail', 'file:///data/retail', 's3://bucket/retail', 'abfss://a@b/retail'];
/** Values of fields that are obeyed for some and not for others; an enum and a boolean are asked for all of theirs. */
const VALUES: Record<string, readonly unknown[]> = {
  'StockoutModel spec.storage.uri': ['file:///data', 's3://bucket', 'abfss://a@b/c'],
  'StockoutModel spec.data.rawTable': TABLES,
  'StockoutModel spec.data.featuresTable': TABLES,
  'StockoutModel spec.source.uri': [
    'file:///data/model.ubj',
    'https://models.example/model.json',
    'file:///data/model.onnx',
  ],
  'StockoutModel spec.data.columns.promo': ['promo', { column: 'discount', above: '1' }],
  'StockoutModel spec.data.columns.stockout': ['stockout', { column: 'hours', above: '1' }],
  'ScoringJob spec.input.table': TABLES,
  'ScoringJob spec.output.table': TABLES,
  'ScoringJob spec.shards': [1, 2],
};

const ASKED = readDefinitions().flatMap((definition) => {
  const { kind } = definition.spec.names;
  const spec = schemaOf(definition).properties?.['spec'] ?? {};
  return leaves(kind, spec, 'spec').map(([path, value, key]) => ({ kind, path, value, key }));
});

describe('whatever a spec may ask for is obeyed or named as not yet supported, never passed over', () => {
  test.each(ASKED)('$kind $key', ({ kind, path, value, key }) => {
    const obeyed = Object.entries(OBEYED).filter(
      ([who, keys]) => who.startsWith(`${kind} `) && keys.includes(key),
    );
    const needsAnother = `${kind} ${path}` in NEED_ANOTHER;
    const named = notYetSupported(asking(kind, path, value));
    const answers = obeyed.length + (needsAnother ? 1 : 0) + (named.length > 0 ? 1 : 0);
    expect({ answers, named: named.filter((line) => !path.startsWith(line.split(' ')[0] ?? '?')) }).toEqual({
      answers: 1,
      named: [],
    });
  });

  test('nothing is said to be obeyed that the schema does not have', () => {
    const asked = new Set(ASKED.map(({ kind, key }) => `${kind} ${key}`));
    const said = Object.entries(OBEYED).flatMap(([who, keys]) =>
      keys.map((key) => `${who.split(' ')[0]} ${key}`),
    );
    expect(said.filter((each) => !asked.has(each))).toEqual([]);
  });

  test.each(Object.entries(NEED_ANOTHER))('%s is refused by itself', (what, change) => {
    expect(() => readManifests(manifest(what.split(' ')[0] ?? '', change), 'test')).toThrow(/Invalid value/);
  });
});

/** Every field that holds a value, with each value that it is asked for and what OBEYED calls that. */
function leaves(
  kind: string,
  schema: JSONSchemaProps,
  path: string,
): [path: string, value: unknown, key: string][] {
  const given =
    VALUES[`${kind} ${path}`] ?? schema.enum ?? (schema.type === 'boolean' ? [false, true] : undefined);
  if (given !== undefined)
    return given.map((value) => [path, value, `${path} ${JSON.stringify(value)}`.replaceAll('"', '')]);
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, field]) =>
      leaves(kind, field, child(path, name)),
    );
  }
  if (schema.items !== undefined) return leaves(kind, schema.items, `${path}[]`);
  if (isObject(schema.additionalProperties)) return [[path, { any: '1' }, `${path}.*`]];
  return [[path, schema.type === 'integer' ? 1 : '1', path]];
}

/** An object that asks for nothing else; what an API server adds or refuses does not matter here. */
function asking(kind: string, path: string, value: unknown): StockoutModel | ScoringJob {
  const object: JsonObject = { kind, spec: { storage: { uri: 'file:///data' } } };
  const names = path.split('.');
  let at = object;
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    const bare = name.replace('[]', '');
    const inner: JsonObject = isObject(at[bare]) ? at[bare] : {};
    const next = isLast ? value : inner;
    at[bare] = name.endsWith('[]') ? [next] : next;
    at = inner;
  }
  return object as unknown as StockoutModel | ScoringJob;
}

function manifest(kind: string, change: JsonObject): string {
  const storage = { uri: 'file:///data', persistentVolumeClaim: { claimName: 'a' } };
  const spec = kind === 'ScoringJob' ? { modelRef: { name: 'a' } } : { storage, training: {} };
  const apiVersion = 'stockout.dev/v1alpha1';
  return JSON.stringify({ apiVersion, kind, metadata: { name: 'a' }, spec: { ...spec, ...change } });
}
