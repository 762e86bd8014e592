import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { InputError, StockoutError } from '@stockout/contracts';
import { accessOf, Connection, KubeClient } from '@stockout/operator/kube';

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
  const config = readKubeconfig();
  if (context !== undefined) {
    const names = config.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new InputError(
        `--context ${context}: the kubeconfig has no such context; it has ${names.join(', ')}`,
      );
    }
    config.setCurrentContext(context);
  }
  if (config.getCurrentCluster() === null) {
    throw new StockoutError('the kubeconfig has no current context: kubectl config use-context NAME sets it');
  }
  const access = accessOf(config);
  const connection = new Connection(access);
  return { connection, client: new KubeClient(connection), namespace: namespace ?? access.namespace };
}

function readKubeconfig(): KubeConfig {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST } = process.env;
  const isThere = Boolean(KUBECONFIG) || existsSync(join(homedir(), '.kube', 'config'));
  if (!isThere && KUBERNETES_SERVICE_HOST === undefined) {
    const local = 'stockout local up starts a cluster on this machine';
    throw new StockoutError(`there is no kubeconfig, neither $KUBECONFIG nor ~/.kube/config (${local})`);
  }
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new InputError(
      `the kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return config;
}
