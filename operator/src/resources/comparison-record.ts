import { type Comparison, comparisonSchema } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap } from '../api/kubernetes.ts';
import { LABEL, metadataOf } from './names.ts';
import { evaluateRunName } from './run-names.ts';
import { parseJson } from './parse-json.ts';

/** What an evaluation reported of two versions. */
export interface ComparisonRecord extends Comparison {
  uid?: string | undefined;
}

const KEY = 'comparison';

/**
 * Beside the version's own record, which says what it was compared with when it was trained. Neither version changes, nor
 * do the rows: once written it holds, and whoever deletes it has them compared again.
 */
export function buildComparisonRecord(
  model: StockoutModel,
  { version, metrics, champion }: Comparison,
): ConfigMap {
  const { name } = model.metadata;
  const run = evaluateRunName(model, { version, champion: champion.version });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, nameOf(name, { version, champion }), 'record', { [LABEL.run]: run }),
    immutable: true,
    data: { [KEY]: JSON.stringify({ version, metrics, champion } satisfies Comparison) },
  };
}

function nameOf(model: string, { version, champion }: Pick<Comparison, 'version' | 'champion'>): string {
  return `${model}-${version}-against-${champion.version}`;
}

/** Whether it is such a record, of the pair that its name says. */
export function isComparisonOf(model: string, configMap: ConfigMap): boolean {
  const record = readComparisonRecord(configMap);
  return record !== undefined && nameOf(model, record) === configMap.metadata.name;
}

/** Undefined when the ConfigMap is no such record. */
export function readComparisonRecord(configMap: ConfigMap): ComparisonRecord | undefined {
  const parsed = comparisonSchema.safeParse(parseJson(configMap.data?.[KEY]));
  return parsed.success ? { ...parsed.data, uid: configMap.metadata.uid } : undefined;
}
