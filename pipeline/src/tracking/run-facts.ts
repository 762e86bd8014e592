import { type GateVerdict, METRIC_NAMES, type Manifest } from '@stockout/contracts';
import { gateTags } from './gate-tags.ts';
import type { MetricPoint, RunFacts } from './run.ts';
import type { VersionSource } from './version-source.ts';

/** What a run's page says of a version: params, metrics with the learning curve, tags. */
export function runFactsOf(
  source: VersionSource,
  verdicts: readonly GateVerdict[],
  commit: string | undefined,
): RunFacts {
  const { manifest } = source;
  return {
    params: paramsOf(manifest),
    metrics: [...metricsOf(manifest), ...curveOf(source)],
    tags: {
      'mlflow.note.content': noteOf(source, verdicts),
      'mlflow.user': 'stockout',
      'mlflow.source.name': 'stockout train',
      'mlflow.source.type': 'JOB',
      ...(commit && { 'mlflow.source.git.commit': commit }),
      ...versionTags(source),
      ...gateTags(verdicts),
    },
    at: new Date(manifest.trainedAt),
  };
}

/** Of the run and of the model version alike: which version in storage, made of what. */
export function versionTags({ manifest, uri }: VersionSource): Record<string, string> {
  const { data, params, split, threshold, calibration, horizonDays } = manifest;
  const spec = { data: { ...data, profile: undefined }, params, split, threshold, calibration: calibration?.method ?? 'None', horizonDays }; // prettier-ignore
  return {
    'stockout.namespace': manifest.namespace,
    'stockout.model': manifest.model,
    'stockout.version': manifest.version,
    'stockout.digest': manifest.digest,
    'stockout.uri': uri,
    'stockout.data.table': data.table,
    'stockout.data.version': String(data.version),
    'stockout.spec': JSON.stringify(spec),
  };
}

function paramsOf({
  params,
  split,
  threshold,
  calibration,
  horizonDays,
  features,
}: Manifest): Record<string, string> {
  const all = {
    ...params,
    ...prefixed('split', split),
    ...prefixed('threshold', threshold),
    calibration: calibration?.method ?? 'None',
    horizon_days: horizonDays,
    features: features.length,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, paramText(value)]));
}

function paramText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function prefixed(prefix: string, record: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value as unknown]),
  );
}

/** The numbers among an object's values. */
function known(prefix: string, of: object | undefined): [string, number][] {
  return Object.entries(of ?? {}).flatMap(([name, value]) =>
    typeof value === 'number' ? [[prefix + name, value]] : [],
  );
}

/** On the test rows; a slash groups what belongs together on the run's page. */
function metricsOf(manifest: Manifest): MetricPoint[] {
  const { metrics, confusionMatrix, baseline, champion, confidence, data, uncalibrated } = manifest;
  const ends = METRIC_NAMES.flatMap((name) =>
    known(`confidence/${name}_`, confidence?.metrics[name as 'auc'] ?? undefined),
  );
  const { auc, prAuc, f1 } = baseline ?? {};
  const all: [string, number][] = [
    ...known('', metrics),
    ...known('confusion/', confusionMatrix),
    ...known('baseline/', { auc, prAuc, f1 }),
    ...known('champion/', champion?.metrics),
    ...known('uncalibrated/', uncalibrated),
    ...ends,
    ...known('rows/', { train: data.trainRows, validation: data.validationRows, test: data.testRows }),
  ];
  return all.map(([key, value]) => ({ key, value, step: 0 }));
}

function curveOf({ log }: VersionSource): MetricPoint[] {
  return (log?.curve ?? []).flatMap(({ round, train, evaluation }) => [
    { key: 'train/logloss', value: train, step: round },
    ...(evaluation === undefined ? [] : [{ key: 'test/logloss', value: evaluation, step: round }]),
  ]);
}

/** Markdown: the way back to Kubernetes and storage, and what the gates said. */
export function noteOf({ manifest, uri }: VersionSource, verdicts: readonly GateVerdict[]): string {
  const { namespace, model, version, warnings } = manifest;
  return [
    `Version **${version}** of the StockoutModel **${namespace}/${model}**, in \`${uri}\`.`,
    `\`kubectl -n ${namespace} get stockoutmodel ${model} -o yaml\``,
    '',
    ...verdicts.map(({ passed, message }) => `- ${passed ? 'passed' : '**failed**'}: ${message}`),
    ...warnings.map((warning) => `- warning: ${warning}`),
  ].join('\n');
}
