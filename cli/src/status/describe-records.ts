import type { StockoutModelStatus } from '@stockout/crds';
import { metric, table } from '../print/table.ts';

/** The versions that the cluster has on record, and which of them serves. */
export function describeRecords({ versions = [], servingVersion }: StockoutModelStatus): string {
  if (versions.length === 0) return 'no version yet: stockout status says how far the training is';
  const rows = versions.map(({ name, state, trainedAt = '-', dataVersion, metrics = {} }) => [
    name,
    state,
    trainedAt,
    String(dataVersion ?? '-'),
    metric(decimal(metrics.auc)),
    metric(decimal(metrics.f1)),
  ]);
  const serving = servingVersion === undefined ? 'none serves' : `${servingVersion} serves`;
  return `${table(['VERSION', 'STATE', 'TRAINED', 'DATA', 'AUC', 'F1'], rows)}\n\n${serving}`;
}

function decimal(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
