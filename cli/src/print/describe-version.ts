import type { Baseline, Champion, GateVerdict, Metrics, Search, Tracked } from '@stockout/contracts';
import { count, metric, table } from './table.ts';

export interface DescribedVersion {
  version: string;
  uri: string;
  metrics: Metrics;
  baseline?: Baseline | undefined;
  champion?: Champion | undefined;
  search?: Search | undefined;
  gates: readonly GateVerdict[];
  warnings: readonly string[];
  mlflow?: Tracked | undefined;
  /** Why MLflow does not show it. */
  untracked?: string | undefined;
}

/** A version for a terminal: its metrics beside what it must beat, then each gate with its verdict. */
export function describeVersion(version: DescribedVersion): string {
  const { baseline, champion } = version;
  const head = ['', 'AUC', 'PR-AUC', 'F1'];
  const rows = [row(version.version, version.metrics)];
  if (champion !== undefined) rows.push(row(`${champion.version} (serving)`, champion.metrics));
  if (baseline !== undefined) rows.push(row(`${baseline.feature} alone`, baseline));
  return [
    `${version.version} in ${version.uri}`,
    '',
    table(head, rows),
    '',
    ...(version.search ? [describeSearch(version.search), ''] : []),
    ...version.gates.map((gate) => `${gate.passed ? 'passed' : 'FAILED'}  ${gate.message}`),
    ...version.warnings.map((warning) => `warning: ${warning}`),
    ...describeTracked(version),
  ].join('\n');
}

function describeTracked({ mlflow, untracked }: DescribedVersion): string[] {
  if (untracked)
    return [`warning: MLflow does not show it: ${untracked} (stockout register makes up for it)`];
  if (!mlflow) return [];
  const version =
    mlflow.modelVersion === undefined ? '' : `, version ${mlflow.modelVersion} of the registered model`;
  return [`MLflow: run ${mlflow.runId}${version}`];
}

/** What the search bought, in validation rows' metrics. */
function describeSearch({ settings, validationRows, spec, chosen }: Search): string {
  const params = Object.entries(chosen.params).map(([name, value]) => `${name}: ${value}`);
  const bought = (['auc', 'prAuc'] as const).map(
    (name) => `${metric(spec[name])} to ${metric(chosen[name])}`,
  );
  const what = params.length === 0 ? "the spec's own settings are the best" : `best: ${params.join(', ')}`;
  return (
    `search: of ${settings} settings, ${what}\n` +
    `on ${count(validationRows)} validation rows AUC ${bought[0]}, PR-AUC ${bought[1]}`
  );
}

function row(name: string, of: Pick<Metrics, 'auc' | 'prAuc' | 'f1'>): string[] {
  return [name, metric(of.auc), metric(of.prAuc), metric(of.f1)];
}
