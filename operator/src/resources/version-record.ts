import { type TrainResult, trainResultSchema, versionPath } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap, KubeObject } from '../api/kubernetes.ts';
import { type DriftMark, readDriftMark, writeDriftMark } from './drift-mark.ts';
import { ANNOTATION, LABEL, metadataOf, ownerReference } from './names.ts';
import { parseJson } from './parse-json.ts';
import { readRefusalMark, type RefusalMark, writeRefusalMark } from './refusal-mark.ts';

/** What a training reported, with the place of the version as pods reach it. */
export interface VersionRecord extends TrainResult {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  /** The last time of the schedule for which there was no newer data than the version's. */
  checkedFor?: string | undefined;
  /** While it serves, and is asked about other rows than it was trained on. */
  drift?: DriftMark | undefined;
  /** While it is neither on its way again nor serves. */
  refused?: RefusalMark | undefined;
}

const KEY = 'record';

/**
 * The record of a version: written once, never changed. It, not the Job, says that the run is done.
 * @param storageUri the storage that the run worked on
 */
export function buildVersionRecord(model: StockoutModel, result: TrainResult, storageUri: string): ConfigMap {
  const { name, namespace } = model.metadata;
  const uri = `${storageUri.replace(/\/+$/, '')}/${versionPath(namespace, name, result.version)}`;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, `${name}-${result.version}`, 'record', {
      [LABEL.run]: result.run,
      [LABEL.version]: result.version,
    }),
    immutable: true,
    data: { [KEY]: JSON.stringify({ ...result, uri }) },
  };
}

/** Undefined when the ConfigMap holds no record that we can read. */
export function readVersionRecord(configMap: ConfigMap): VersionRecord | undefined {
  const parsed = trainResultSchema.safeParse(parseJson(configMap.data?.[KEY]));
  if (!parsed.success) return undefined;
  const { uid, resourceVersion, annotations } = configMap.metadata;
  return {
    ...parsed.data,
    uid,
    resourceVersion,
    checkedFor: annotations?.[ANNOTATION.checkedFor],
    drift: readDriftMark(annotations?.[ANNOTATION.drift]),
    refused: readRefusalMark(annotations?.[ANNOTATION.refused]),
  };
}

/**
 * What a record is to bear besides, all of it, to be applied: the record itself stays as it is. It names the uid that was
 * observed: a record that is gone would be made anew otherwise, empty and without what it is found by.
 */
export function buildMarkedRecord(
  model: StockoutModel,
  { version, uid, checkedFor, drift, refused }: Omit<VersionRecord, keyof TrainResult> & { version: string },
): KubeObject {
  const { name, namespace } = model.metadata;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `${name}-${version}`,
      namespace,
      uid,
      annotations: {
        ...(checkedFor === undefined ? {} : { [ANNOTATION.checkedFor]: checkedFor }),
        ...(drift === undefined ? {} : { [ANNOTATION.drift]: writeDriftMark(drift) }),
        ...(refused === undefined ? {} : { [ANNOTATION.refused]: writeRefusalMark(refused) }),
      },
      ownerReferences: [ownerReference(model)],
    },
  };
}

/** v10 comes after v9. */
export function versionNumber(version: string): number {
  return Number(version.slice(1));
}
