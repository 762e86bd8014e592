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
import { type LogServing, serveLogs } from './log-server.ts';
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

/** Joins this machine to a cluster as a node that runs pods as processes. Knows the cluster through its API only. */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { kubeconfigPath, nodeName, stateDir, podAddresses, binDir, log = () => {} } = options;
  const unlock = lockState(stateDir);
  const client = new KubeClient(await readKubeconfig(kubeconfigPath), 'stockout-node');
  const records = new ProcessRecords(stateDir);
  const reaped = records.reap();
  if (reaped > 0) log(`ended ${reaped} processes that an agent before left running`);
  const follow = <T extends KubeObject>(
    path: string,
    changed: (object: T) => void,
    query = {},
  ): Reflector<T> => reflect<T>(client, { path, query, changed, removed: changed, log });
  const workers = new Map<string, PodWorker>();
  const configChanged = ({ metadata }: KubeObject): void => {
    for (const worker of workers.values())
      if (worker.namespace === metadata.namespace) worker.configChanged();
  };
  const configMaps = follow<ConfigMap>('/api/v1/configmaps', configChanged);
  const secrets = follow<Secret>('/api/v1/secrets', configChanged);
  await Promise.all([configMaps.synced, secrets.synced]);
  const context: NodeContext = {
    nodeName,
    stateDir,
    binDir,
    client,
    events: new EventRecorder(client, 'kubelet', nodeName),
    records,
    addresses: await PodAddresses.open(podAddresses, log),
    backoff: options.backoff ?? BACKOFF,
    configMap: (namespace, name) => named(configMaps, namespace, name),
    secret: (namespace, name) => named(secrets, namespace, name),
    log,
  };
  const pods = followPods(context, workers);
  await pods.synced;
  await forgetOthers(stateDir, workers);
  const logs =
    options.logs &&
    (await serveLogs(options.logs, (namespace, name, container) => {
      const pod = [...pods.items.values()].find(
        ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
      );
      return pod && workers.get(pod.metadata.uid)?.runner(container);
    }));
  const node = await registerNode(client, nodeName, logs?.port);
  const endLease = keepLease(client, node, LEASE_RENEWAL_SECONDS, log);
  const killAll = (): void => {
    for (const worker of workers.values()) worker.kill();
  };
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    for (const reflector of [pods, configMaps, secrets]) reflector.stop();
    await Promise.all([...workers.values()].map((worker) => worker.end()));
    endLease();
    logs?.stop();
    process.off('exit', killAll);
    client.close();
    unlock();
  };
  return { stop };
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
