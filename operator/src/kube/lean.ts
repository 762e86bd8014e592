import type { KubeObject } from '../api/kubernetes.ts';

const REPLICAS = { 'f:spec': { 'f:replicas': {} } };

/**
 * Without the record of who set which field, which is the larger half of a small object; but for who owns
 * `spec.replicas`, which is handed over to an autoscaler.
 */
export function lean<T extends KubeObject>(object: T): T {
  const { managedFields = [], ...metadata } = object.metadata;
  const owners = managedFields
    .filter(({ fieldsV1 }) => fieldsV1?.['f:spec']?.['f:replicas'] !== undefined)
    .map(({ manager }) => ({ manager, fieldsV1: REPLICAS }));
  return { ...object, metadata: owners.length === 0 ? metadata : { ...metadata, managedFields: owners } };
}
