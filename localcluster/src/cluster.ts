import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@stockout/contracts';
import { proxyLog } from './api/pod-logs.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './api/server.ts';
import { type Certificate, selfSigned } from './api/tls.ts';
import { writeKubeconfig } from './client/kubeconfig.ts';
import { startControllers } from './controllers/start.ts';
import { runNodeAgent } from './node/agent.ts';
import type { Backoff } from './node/context.ts';
import { lockState } from './node/state-lock.ts';
import { startServiceProxy } from './proxy/proxy.ts';
import { Kinds } from './registry/kinds.ts';
import { Registry } from './registry/registry.ts';
import { restoreSnapshot, type Snapshot, takeSnapshot, writeSnapshot } from './store/snapshot.ts';
import { Store } from './store/store.ts';
import { ServiceAddresses } from './strategies/service-addresses.ts';
import { serviceStrategy } from './strategies/service.ts';

export interface LocalClusterOptions {
  /** The kubeconfig, pods' folders and claims' data; made when it is not there. */
  stateDir: string;
  /** 0, the default, for any free port. */
  port?: number;
  /** A new one each time unless given. */
  token?: string;
  /** Found first on the PATH of pods' processes; the repository's node_modules/.bin unless given. */
  binDir?: string;
  /** Restarts of containers and of Jobs' pods wait as on a real cluster (10 s and more) unless given. */
  backoff?: Backoff;
  /** Objects come back that were there when the one before in this folder was ended. Default false. */
  keepObjects?: boolean;
  /** False: no node but those that join over the API, so no pod runs here. Default true. */
  node?: boolean;
  log?: (line: string) => void;
}

export interface LocalCluster {
  url: string;
  token: string;
  /** Readable by its owner alone. */
  kubeconfigPath: string;
  /** Ends every pod gracefully; leaves no process and no listener. */
  stop(): Promise<void>;
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
const JOB_BACKOFF = 10_000;

interface NodeSite {
  stateDir: string;
  kubeconfigPath: string;
  token: string;
  certificate: Certificate;
  log: (line: string) => void;
}

/**
 * Starts a Kubernetes API on this machine, with the built-in controllers, one node that runs pods as processes, and
 * Services on 127.0.0.1.
 * @throws InputError when the port is taken, StockoutError when the folder is in use
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { token = randomBytes(32).toString('base64url'), log = () => {} } = options;
  const stateDir = resolve(options.stateDir);
  // What is begun is ended in the opposite order, also when the rest cannot be begun.
  await using ends = new AsyncDisposableStack();
  ends.defer(lockState(stateDir));
  const certificate = selfSigned();
  const file = options.keepObjects ? join(stateDir, 'objects.json') : undefined;
  const { registry, addresses } = createRegistry(file);
  let snapshot: Snapshot | undefined;
  // Last of all; also when the rest cannot be begun.
  if (file !== undefined) {
    ends.defer(() => writeSnapshot(snapshot ?? takeSnapshot(registry.store), file));
  }
  const api = await serveApi(registry, addresses, { port: options.port ?? 0, token, certificate, log });
  ends.defer(() => api.stop());
  const kubeconfigPath = join(stateDir, 'kubeconfig');
  ends.defer(() => rm(kubeconfigPath, { force: true }));
  await rm(kubeconfigPath, { force: true });
  await writeKubeconfig(kubeconfigPath, { server: api.url, ca: certificate.cert, token });
  const proxy = await startServiceProxy({ kubeconfigPath, log });
  ends.defer(() => proxy.stop());
  if (options.node ?? true)
    ends.use(await runNode(options, { stateDir, kubeconfigPath, token, certificate, log }));
  const jobBackoff = options.backoff?.initial ?? JOB_BACKOFF;
  ends.defer(startControllers(registry, { stateDir, jobBackoff, log }));
  ends.defer(() => {
    snapshot = takeSnapshot(registry.store);
  });
  const running = ends.move();
  return { url: api.url, token, kubeconfigPath, stop: () => running.disposeAsync() };
}

/** Runs the pods of this machine. Disposed of, it ends them, and takes their folders away. */
async function runNode(
  { binDir = BIN, backoff }: LocalClusterOptions,
  { stateDir, kubeconfigPath, token, certificate, log }: NodeSite,
): Promise<AsyncDisposable> {
  await using ends = new AsyncDisposableStack();
  ends.defer(() => rm(join(stateDir, 'pods'), { recursive: true, force: true }));
  const agent = await runNodeAgent({
    kubeconfigPath,
    nodeName: 'local',
    stateDir,
    podAddresses: 'loopback',
    binDir,
    logs: { certificate, token },
    ...(backoff ? { backoff } : {}),
    log,
  });
  ends.defer(() => agent.stop());
  return ends.move();
}

/** @param file of a snapshot to begin with */
function createRegistry(file: string | undefined): { registry: Registry; addresses: ServiceAddresses } {
  const addresses = new ServiceAddresses();
  const store = new Store();
  const kinds = new Kinds(store, serviceStrategy(addresses));
  addresses.follow(store);
  if (file !== undefined) restoreSnapshot(store, file);
  const registry = new Registry(store, kinds);
  for (const name of NAMESPACES) {
    if (store.get('namespaces', name)) continue;
    const namespace = { metadata: { name } };
    registry.create(kinds.builtIn('Namespace'), undefined, namespace, { manager: 'localcluster' });
  }
  return { registry, addresses };
}

async function serveApi(
  registry: Registry,
  addresses: ServiceAddresses,
  options: ApiServerOptions,
): Promise<ApiServer> {
  const { port, token, certificate } = options;
  const access = { ca: certificate.cert, token };
  try {
    return await startApiServer(
      {
        registry,
        prepareService: () => addresses.refill(),
        serveLog: (pod, query, response) => proxyLog(registry, access, pod, query, response),
      },
      options,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`port ${port} on 127.0.0.1 is taken: choose another one, or 0 for any that is free`);
  }
}
