import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { EventRecorder } from '../client/event-recorder.ts';
import { KubeClient } from '../client/kube-client.ts';
import { readKubeconfig } from '../client/kubeconfig.ts';
import { type Reflector, reflect } from '../client/reflector.ts';
import type { ConfigMap, KubeObject, Pod, Secret } from '../types.ts';
import { PodAddresses } from './addresses.ts';
import type { Backoff, NodeContext } from './context.ts';
import { type FindContainer, type LogServing, serveLogs } from './log-server.ts';
import { keepLease, registerNode } from './node-object.ts';
import { PodWorker } from './pod-worker.ts';
import { ProcessRecords } from './process-records.ts';
import { lockState } from './state-lock.ts';

export interface NodeAgentOptions {
  kubeconfigPath: string;
  nodeName: string;
  /** Pods' folders, records of running processes, claims' data. */
  stateDir: string;
  /** Where pods get their addresses: `loopback` (127.x.y.z), or an IPv4 network that is local to this machine. */
  podAddresses: string;
  /** Found first on the PATH of every process, such as node_modules/.bin. */
  binDir?: string;
  /** Restarts of a container wait this long at first, 10 s unless given, and 5 minutes at the longest. */
  backoff?: Backoff;
  /** Serve logs to the API server. */
  logs?: LogServing;
  log?: (line: string) => void;
}

export interface NodeAgent {
  /** Ends every pod gracefully. */
  stop(): Promise<void>;
}

const LEASE_RENEWAL_SECONDS = 10;
const BACKOFF: Backoff = { initial: 10_000, longest: 300_000 };

/**
 * Joins this machine to a cluster as a node that runs pods as processes. Knows the cluster through its API only.
 * @throws StockoutError when another agent runs in the state folder
 */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  await using ends = new AsyncDisposableStack();
  ends.defer(lockState(options.stateDir));
  const agent = await runNodeAgent(options);
  ends.defer(() => agent.stop());
  const running = ends.move();
  return { stop: () => running.disposeAsync() };
}

/** The agent in a state folder that is locked already. */
export async function runNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { kubeconfigPath, nodeName, stateDir, log = () => {} } = options;
  await using ends = new AsyncDisposableStack();
  const client = new KubeClient(await readKubeconfig(kubeconfigPath), 'stockout-node');
  ends.defer(() => client.close());
  const workers = new Map<string, PodWorker>();
  const context = await createContext(options, client, workers, ends);
  const logs = options.logs && (await serveLogs(options.logs, finder(workers)));
  if (logs) ends.defer(() => logs.stop());
  const killAll = (): void => workers.forEach((worker) => worker.kill());
  process.once('exit', killAll);
  ends.defer(() => void process.off('exit', killAll));
  ends.defer(() => endAll(workers));
  const pods = followPods(context, workers);
  ends.defer(() => pods.stop());
  await pods.synced;
  await forgetOthers(stateDir, workers);
  const node = await registerNode(client, nodeName, logs?.port);
  ends.defer(keepLease(client, node, LEASE_RENEWAL_SECONDS, log));
  const running = ends.move();
  return { stop: () => running.disposeAsync() };
}

/** What pods need of their node. The ConfigMaps and Secrets are followed until the stack is disposed of. */
async function createContext(
  options: NodeAgentOptions,
  client: KubeClient,
  workers: Map<string, PodWorker>,
  ends: AsyncDisposableStack,
): Promise<NodeContext> {
  const { nodeName, stateDir, podAddresses, binDir, backoff = BACKOFF, log = () => {} } = options;
  const records = new ProcessRecords(stateDir);
  const reaped = records.reap();
  if (reaped.length > 0) log(`ended ${reaped.length} processes that an agent before left running`);
  const changed = ({ metadata }: KubeObject): void => {
    for (const worker of workers.values())
      if (worker.namespace === metadata.namespace) worker.configChanged();
  };
  const follow = <T extends KubeObject>(path: string): Reflector<T> => {
    const reflector = reflect<T>(client, { path, changed, removed: changed, log });
    ends.defer(() => reflector.stop());
    return reflector;
  };
  const configMaps = follow<ConfigMap>('/api/v1/configmaps');
  const secrets = follow<Secret>('/api/v1/secrets');
  await Promise.all([configMaps.synced, secrets.synced]);
  return {
    nodeName,
    stateDir,
    binDir,
    client,
    events: new EventRecorder(client, 'kubelet', nodeName),
    records,
    addresses: await PodAddresses.open(podAddresses, log),
    backoff,
    configMap: (namespace, name) => named(configMaps, namespace, name),
    secret: (namespace, name) => named(secrets, namespace, name),
    log,
  };
}

async function endAll(workers: Map<string, PodWorker>): Promise<void> {
  await Promise.all([...workers.values()].map((worker) => worker.end()));
}

function finder(workers: Map<string, PodWorker>): FindContainer {
  return (namespace, name, container) =>
    [...workers.values()]
      .find((worker) => worker.name === name && worker.namespace === namespace)
      ?.runner(container);
}

function named<T extends KubeObject>(
  { items }: Reflector<T>,
  namespace: string,
  name: string,
): T | undefined {
  for (const item of items.values()) {
    if (item.metadata.name === name && item.metadata.namespace === namespace) return item;
  }
  return undefined;
}

function followPods(context: NodeContext, workers: Map<string, PodWorker>): Reflector<Pod> {
  const changed = (pod: Pod): void => {
    const { uid } = pod.metadata;
    const known = workers.get(uid);
    if (known) return known.update(pod);
    const worker = new PodWorker(context, pod);
    workers.set(uid, worker);
    if (pod.metadata.deletionTimestamp) void worker.end();
    else worker.start();
  };
  const removed = ({ metadata }: Pod): void => {
    const worker = workers.get(metadata.uid);
    workers.delete(metadata.uid);
    worker?.cleanUp().catch((error: unknown) => context.log(`pod ${metadata.name}: ${String(error)}`));
  };
  const query = { fieldSelector: `spec.nodeName=${context.nodeName}` };
  return reflect<Pod>(context.client, { path: '/api/v1/pods', query, changed, removed, log: context.log });
}

/** Folders of pods that the API does not know any more, left by an agent that was killed. */
async function forgetOthers(stateDir: string, workers: Map<string, PodWorker>): Promise<void> {
  const folder = join(stateDir, 'pods');
  const uids = await readdir(folder).catch(() => []);
  for (const uid of uids)
    if (!workers.has(uid)) await rm(join(folder, uid), { recursive: true, force: true });
}
