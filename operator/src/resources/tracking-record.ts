import { type TrackingRecord, trackingRecordSchema } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap } from '../api/kubernetes.ts';
import { metadataOf } from './names.ts';
import { parseJson } from './parse-json.ts';

const KEY = 'tracking';

/** Unlike a version's record this one changes: it is a picture of what was done, and can be done again. */
export function buildTrackingRecord(model: StockoutModel, record: TrackingRecord): ConfigMap {
  const { name } = model.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, `${name}-mlflow`, 'record'),
    data: { [KEY]: JSON.stringify(record) },
  };
}

/** Undefined when the ConfigMap is no such record. */
export function readTrackingRecord(configMap: ConfigMap): TrackingRecord | undefined {
  const parsed = trackingRecordSchema.safeParse(parseJson(configMap.data?.[KEY]));
  return parsed.success ? parsed.data : undefined;
}
