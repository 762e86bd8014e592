import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@stockout/contracts';
import { proxyLog } from './api/pod-logs.ts';
import { type ApiServer, startApiServer } from './api/server.ts';
import { selfSigned } from './api/tls.ts';
import { writeKubeconfig } from './client/kubeconfig.ts';
import { startControllers } from './controllers/start.ts';
import { startNodeAgent } from './node/agent.ts';
import type { Backoff } from './node/context.ts';
import { startServiceProxy } from './proxy/proxy.ts';
import { Kinds } from './registry/kinds.ts';
import { Registry } from './registry/registry.ts';
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

/**
 * Starts a Kubernetes API on this machine, with the built-in controllers, one node that runs pods as processes, and
 * Services on 127.0.0.1.
 * @throws InputError when the port is taken, StockoutError when the folder is in use
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { token = randomBytes(32).toString('base64url'), binDir = BIN, log = () => {} } = options;
  const stateDir = resolve(options.stateDir);
  await mkdir(stateDir, { recursive: true });
  const addresses = new ServiceAddresses();
  const store = new Store();
  const kinds = new Kinds(store, serviceStrategy(addresses));
  addresses.follow(store);
  const registry = new Registry(store, kinds);
  for (const name of NAMESPACES) {
    registry.create(
      kinds.builtIn('Namespace'),
      undefined,
      { metadata: { name } },
      { manager: 'localcluster' },
    );
  }
  const certificate = selfSigned();
  const ca = certificate.cert;
  const api = await listen(options.port ?? 0, (port) =>
    startApiServer(
      {
        registry,
        prepareService: () => addresses.refill(),
        serveLog: (pod, query, response) => proxyLog(registry, { ca, token }, pod, query, response),
      },
      { port, token, certificate, log },
    ),
  );
  const kubeconfigPath = join(stateDir, 'kubeconfig');
  await rm(kubeconfigPath, { force: true });
  await writeKubeconfig(kubeconfigPath, { server: api.url, ca, token });
  const { backoff } = options;
  const stopControllers = startControllers(registry, {
    stateDir,
    jobBackoff: backoff?.initial ?? JOB_BACKOFF,
    log,
  });
  const stops: (() => Promise<void>)[] = [() => api.stop()];
  const stop = async (): Promise<void> => {
    stopControllers();
    for (const end of stops.toReversed()) await end();
    await rm(kubeconfigPath, { force: true });
    await rm(join(stateDir, 'pods'), { recursive: true, force: true });
  };
  try {
    const proxy = await startServiceProxy({ kubeconfigPath, log });
    stops.push(() => proxy.stop());
    const agent = await startNodeAgent({
      kubeconfigPath,
      nodeName: 'local',
      stateDir,
      podAddresses: 'loopback',
      binDir,
      logs: { certificate, token },
      ...(backoff ? { backoff } : {}),
      log,
    });
    stops.push(() => agent.stop());
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: api.url, token, kubeconfigPath, stop };
}

async function listen(port: number, start: (port: number) => Promise<ApiServer>): Promise<ApiServer> {
  try {
    return await start(port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new InputError(`port ${port} on 127.0.0.1 is taken: choose another one, or 0 for any that is free`);
  }
}
