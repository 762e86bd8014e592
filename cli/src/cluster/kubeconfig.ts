import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { KubeConfig } from '@kubernetes/client-node';
import { InputError, StockoutError } from '@stockout/contracts';

/**
 * The kubeconfig of $KUBECONFIG, of ~/.kube/config or of the pod, with its current context or another one.
 * @throws InputError when it cannot be read or lacks the context, StockoutError when it leads to no cluster
 */
export function readKubeconfig(context: string | undefined): KubeConfig {
  const config = load();
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

function load(): KubeConfig {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST } = process.env;
  const isThere = Boolean(KUBECONFIG) || existsSync(join(homedir(), '.kube', 'config'));
  if (!isThere && KUBERNETES_SERVICE_HOST === undefined) {
    const local = 'stockout local up starts a cluster on this machine';
    throw new StockoutError(`there is no kubeconfig, neither $KUBECONFIG nor ~/.kube/config (${local})`);
  }
  try {
    return KUBECONFIG ? merged(KUBECONFIG.split(delimiter).filter((file) => file !== '')) : standard();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(`the kubeconfig cannot be read: ${why}`);
  }
}

function standard(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** As kubectl reads a list: files that are not there are passed over, and the first current context counts. */
function merged(files: readonly string[]): KubeConfig {
  const there = files.filter((file) => existsSync(file));
  // When none is there, the first is told as missing.
  const [first = '', ...others] = there.length === 0 ? files : there;
  const config = read(first);
  for (const file of others) config.mergeConfig(read(file), Boolean(config.getCurrentContext()));
  return config;
}

function read(file: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(file);
  return config;
}
