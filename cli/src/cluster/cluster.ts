import { accessOf, Connection, KubeClient, readKubeconfig } from '@stockout/operator/kube';

/** Which cluster a person means, and where in it. */
export interface ClusterPlace {
  /** Default: the kubeconfig's current one. */
  context?: string;
  /** Default: that of the context. */
  namespace?: string;
}

export interface Cluster {
  client: KubeClient;
  connection: Connection;
  namespace: string;
}

/** @throws InputError when the kubeconfig cannot be read, StockoutError when it leads to no cluster */
export function connectCluster({ context, namespace }: ClusterPlace): Cluster {
  const access = accessOf(readKubeconfig({ context }));
  const connection = new Connection(access);
  return { connection, client: new KubeClient(connection), namespace: namespace ?? access.namespace };
}
