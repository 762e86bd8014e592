import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { PodTemplate, Volume, VolumeMount } from '../api/kubernetes.ts';
import { ANNOTATION } from './names.ts';

const FOLDER = '/etc/stockout';
const FILE = 'manifest.yaml';
export const MANIFEST_FILE = `${FOLDER}/${FILE}`;

/**
 * A pod reads its manifest from its own annotation: one object that cannot be changed after the run began, and that
 * comes and goes with it.
 */
export const MANIFEST_VOLUME: Volume = {
  name: 'manifest',
  downwardAPI: {
    items: [{ path: FILE, fieldRef: { fieldPath: `metadata.annotations['${ANNOTATION.manifest}']` } }],
  },
};
export const MANIFEST_MOUNT: VolumeMount = { name: 'manifest', mountPath: FOLDER, readOnly: true };

/** YAML documents, one for each object (JSON is YAML). */
export function manifestText(...objects: (StockoutModel | ScoringJob)[]): string {
  return objects
    .map(({ apiVersion, kind, metadata: { name, namespace }, spec }) =>
      JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, spec }),
    )
    .join('\n---\n');
}

/** The StockoutModel that a pod template's run works on. @throws SyntaxError when the annotation is not ours */
export function modelOfManifest(template: PodTemplate): StockoutModel {
  const documents = (template.metadata.annotations?.[ANNOTATION.manifest] ?? '').split('\n---\n');
  return JSON.parse(documents.at(-1) ?? '') as StockoutModel;
}
