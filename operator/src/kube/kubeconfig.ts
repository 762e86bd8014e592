import { existsSync } from 'node:fs';
import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { InputError, StockoutError } from '@stockout/contracts';
import { kubeconfigFiles } from './kubeconfig-files.ts';

export interface KubeconfigChoice {
  /** Default: those of $KUBECONFIG, ~/.kube/config, or the service account of the pod. */
  file?: string | undefined;
  /** Default: the current one. */
  context?: string | undefined;
}

/**
 * The kubeconfig as kubectl reads it. Client-node's own reader fails at a file of a list that is not there, and at a name
 * that two of them have.
 * @throws InputError when it cannot be read or lacks the context, StockoutError when it leads to no cluster
 */
export function readKubeconfig({ file, context }: KubeconfigChoice = {}): KubeConfig {
  const config = load(file === undefined ? kubeconfigFiles() : [file]);
  if (context !== undefined) choose(config, context);
  if (config.getCurrentCluster() !== null) return config;
  const current = config.getContextObject(config.getCurrentContext());
  if (current === null) {
    throw new StockoutError('the kubeconfig has no current context: kubectl config use-context NAME sets it');
  }
  throw new StockoutError(
    `the context ${current.name} of the kubeconfig is of the cluster ${current.cluster}, which it does not have: ` +
      `kubectl config set-cluster ${current.cluster} adds it`,
  );
}

function choose(config: KubeConfig, context: string): void {
  const names = config.getContexts().map(({ name }) => name);
  if (!names.includes(context)) {
    const others = names.join(', ');
    throw new InputError(`--context ${context}: the kubeconfig has no such context; it has ${others}`);
  }
  config.setCurrentContext(context);
}

function load(files: readonly string[]): KubeConfig {
  if (files.length === 0) return ofPod();
  try {
    return merged(files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`the kubeconfig cannot be read: ${why}`, { cause: error });
  }
}

function ofPod(): KubeConfig {
  if (process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
    const local = 'stockout local up starts a cluster on this machine';
    throw new StockoutError(`there is no kubeconfig, neither $KUBECONFIG nor ~/.kube/config (${local})`);
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  return config;
}

/** Files of a list that are not there are passed over. When none is there, the first is told as missing. */
function merged(files: readonly string[]): KubeConfig {
  const there = files.filter((file) => existsSync(file));
  const configs = (there.length === 0 ? files.slice(0, 1) : there).map(read);
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: firstOfEach(configs.flatMap(({ clusters }) => clusters)),
    users: firstOfEach(configs.flatMap(({ users }) => users)),
    contexts: firstOfEach(configs.flatMap(({ contexts }) => contexts)),
    currentContext: configs.find(({ currentContext }) => currentContext)?.currentContext ?? '',
  });
  return config;
}

function read(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}

/** What two files call by the same name is the first one's. */
function firstOfEach<T extends { name: string }>(entries: readonly T[]): T[] {
  return entries.filter(({ name }, index) => entries.findIndex((entry) => entry.name === name) === index);
}
