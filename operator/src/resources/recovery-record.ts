import { type RecoveryRecord, recoveryRecordSchema } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap } from '../api/kubernetes.ts';
import { metadataOf } from './names.ts';
import { parseJson } from './parse-json.ts';

const KEY = 'recovery';

/** It is written on, and whoever deletes it has storage looked through again. */
export function buildRecoveryRecord(model: StockoutModel, record: RecoveryRecord): ConfigMap {
  const { name } = model.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, `${name}-recovery`, 'record'),
    data: { [KEY]: JSON.stringify(record) },
  };
}

/** Undefined when the ConfigMap is no such record. */
export function readRecoveryRecord(configMap: ConfigMap): RecoveryRecord | undefined {
  const parsed = recoveryRecordSchema.safeParse(parseJson(configMap.data?.[KEY]));
  return parsed.success ? parsed.data : undefined;
}
