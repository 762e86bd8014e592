import { KubeClient } from './kube-client.ts';
import { readKubeconfig } from './kubeconfig.ts';

export { APPLY_PATCH, KubeClient, type List, MERGE_PATCH, type WatchEvent } from './kube-client.ts';
export { ApiError, isCode } from '../api/api-error.ts';

/** A client for the current context of a kubeconfig. */
export async function connect(kubeconfigPath: string, userAgent = 'stockout'): Promise<KubeClient> {
  return new KubeClient(await readKubeconfig(kubeconfigPath), userAgent);
}
