import { ApiError } from '../api/api-error.ts';
import type { KubeObject, Pod } from '../types.ts';
import type { Cluster } from './cluster.ts';

/** Makes a pod for its controller's object, and tells that. @returns why the API refuses it, which is told too */
export function createPod(cluster: Cluster, owner: KubeObject, body: object): ApiError | undefined {
  try {
    const { metadata } = cluster.create<Pod>('Pod', owner.metadata.namespace, body);
    cluster.event(owner, {
      type: 'Normal',
      reason: 'SuccessfulCreate',
      message: `Created pod: ${metadata.name}`,
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    cluster.event(owner, {
      type: 'Warning',
      reason: 'FailedCreate',
      message: `Error creating: ${error.message}`,
    });
    return error;
  }
}
