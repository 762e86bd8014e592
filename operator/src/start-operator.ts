import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import { LOOPBACK_NETWORK, POD_NETWORK_VARIABLE } from '@stockout/contracts';
import { startAdminServer } from './admin-server.ts';
import type { OperatorContext } from './context.ts';
import { Controllers } from './controllers.ts';
import { TransientError } from './errors.ts';
import { KubeClient } from './kube/client.ts';
import { connect } from './kube/connection.ts';
import { Election } from './kube/election.ts';
import { createReflectors, createStores } from './kube/stores.ts';
import { type Log, logToStderr } from './log.ts';
import { forgetAll } from './metrics.ts';
import { createMetrics } from './create-metrics.ts';
import { type AskPod, askPod } from './predictors/admin-port.ts';
import { Interviewer } from './predictors/interviewer.ts';
import type { Settings } from './settings.ts';

const LEASE_NAME = 'stockout-operator';
const VERSION = '0.1.0';
/** What is under way when the operator stops may be finished, by an API server that answers. */
const FINISH_MS = 2_000;

export interface OperatorOptions {
  /** Default: $KUBECONFIG, ~/.kube/config, or the service account of the pod. */
  kubeconfigPath?: string | undefined;
  /** Default: all. */
  namespaces?: readonly string[] | undefined;
  /** Default: $STOCKOUT_PIPELINE_IMAGE and $STOCKOUT_PREDICTOR_IMAGE, else the ones released with this version. */
  images?: Partial<Settings['images']> | undefined;
  /**
   * Patterns for names of Secrets, ServiceAccounts and claims that a spec may use.
   * Default: $STOCKOUT_ALLOWED_NAMES (separated by commas), else `stockout-*`.
   */
  allowedNames?: readonly string[] | undefined;
  /** IPv4 network of pods that are processes of one machine. Default: $STOCKOUT_POD_NETWORK, else loopback. */
  podNetwork?: string | undefined;
  /** How a predictor's pod is asked. Default: by its admin port. */
  askPod?: AskPod | undefined;
  /** Tells this operator from others. Default: made from the host's name. */
  identity?: string | undefined;
  /** Of /metrics, /healthz, /readyz; 0: any that is free. Default 8080. */
  adminPort?: number | undefined;
  /** Default: $HOST; else all addresses in a pod and 127.0.0.1 elsewhere. */
  host?: string | undefined;
  /** Default true. Without, only ever one operator may run. */
  leaderElect?: boolean | undefined;
  /** Of the Lease. Default: that of the kubeconfig's context, or of the pod. */
  leaseNamespace?: string | undefined;
  /** Default: the machine's clock. */
  now?: (() => Date) | undefined;
  /** Default: JSON lines on standard error. */
  log?: Log | undefined;
}

export interface Operator {
  adminUrl: string;
  /**
   * Ends what is being done, or gives it up where the API server does not answer; then gives back the Lease. What was begun in the cluster goes on where
   * it stands.
   */
  stop(): Promise<void>;
}

/**
 * Reconciles StockoutModels and ScoringJobs until stopped. An API server that cannot be reached, or that does not have
 * the CRDs yet, is no error: it is tried again, and /readyz says so.
 * @throws Error when the kubeconfig cannot be read or the port is taken
 */
export async function startOperator(options: OperatorOptions = {}): Promise<Operator> {
  const { log = logToStderr } = options;
  const metrics = createMetrics();
  const { connection, namespace } = await connect(options.kubeconfigPath, (method, code) =>
    metrics.requests.inc({ method, code }),
  );
  const identity = options.identity ?? `${hostname()}-${randomUUID().slice(0, 8)}`;
  const now = options.now ?? (() => new Date());
  const lease = { namespace: options.leaseNamespace ?? namespace, name: LEASE_NAME, identity, now };
  const election =
    options.leaderElect === false ? undefined : new Election(new KubeClient(connection), lease, log);
  const [abort, giveUp] = [new AbortController(), new AbortController()];
  const client = new KubeClient(connection, () => refuseUnlessLeading(election), giveUp.signal);
  const context = createContext(options, { client, log, identity, metrics, now }, election);
  const reflectors = createReflectors(client, context.stores, options.namespaces, log);
  const admin = await startAdminServer({
    host: hostOf(options),
    port: options.adminPort ?? 8080,
    registry: metrics.registry,
    unready: () => unready(reflectors),
  });
  const synced = Promise.all(reflectors.map((reflector) => reflector.synced));
  const running = [
    ...reflectors.map((reflector) => reflector.run(abort.signal)),
    lead(context, election, synced, abort.signal),
  ];
  const stop = async (): Promise<void> => {
    abort.abort();
    const finished = setTimeout(() => giveUp.abort(), FINISH_MS);
    await Promise.all(running);
    clearTimeout(finished);
    await admin.stop();
  };
  return { adminUrl: admin.url, stop };
}

function createContext(
  options: OperatorOptions,
  given: Pick<OperatorContext, 'client' | 'log' | 'identity' | 'metrics' | 'now'>,
  election: Election | undefined,
): OperatorContext {
  const { askPod: ask = askPod } = options;
  return {
    ...given,
    stores: createStores(),
    settings: settingsOf(options),
    interviewer: new Interviewer(
      ask,
      () => given.now().getTime(),
      () => election?.holds() !== false,
    ),
  };
}

/** A plan of before a long pause: a successor may be at work, and not every write is refused as outdated. */
function refuseUnlessLeading(election: Election | undefined): void {
  if (election?.holds() === false) {
    throw new TransientError('NotLeading', 'the lease was lost', { silent: true });
  }
}

/** In a pod the probes and Prometheus come from outside. */
function hostOf({ host }: OperatorOptions): string {
  const { HOST, KUBERNETES_SERVICE_HOST } = process.env;
  return host ?? HOST ?? (KUBERNETES_SERVICE_HOST ? '0.0.0.0' : '127.0.0.1');
}

function settingsOf({ images, allowedNames, podNetwork }: OperatorOptions): Settings {
  const { STOCKOUT_PIPELINE_IMAGE, STOCKOUT_PREDICTOR_IMAGE, STOCKOUT_ALLOWED_NAMES } = process.env;
  return {
    images: {
      pipeline:
        images?.pipeline ?? STOCKOUT_PIPELINE_IMAGE ?? `ghcr.io/stockout/stockout-pipeline:${VERSION}`,
      predictor:
        images?.predictor ?? STOCKOUT_PREDICTOR_IMAGE ?? `ghcr.io/stockout/stockout-predictor:${VERSION}`,
    },
    allowedNames: allowedNames ?? STOCKOUT_ALLOWED_NAMES?.split(',') ?? ['stockout-*'],
    podNetwork: podNetwork ?? process.env[POD_NETWORK_VARIABLE] ?? LOOPBACK_NETWORK,
  };
}

async function lead(
  context: OperatorContext,
  election: Election | undefined,
  synced: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const controllers = new Controllers(context);
  const { metrics } = context;
  const leader = { name: LEASE_NAME };
  metrics.leader.set(leader, 0);
  const reign = async (term: AbortSignal): Promise<void> => {
    metrics.leader.set(leader, 1);
    await Promise.race([synced, aborted(term)]);
    if (!term.aborted) await controllers.run(term);
    metrics.leader.set(leader, 0);
    forgetAll(metrics);
  };
  return election === undefined ? reign(signal) : election.run(reign, signal);
}

function unready(
  reflectors: readonly { hasSynced: boolean; kind: { plural: string } }[],
): string | undefined {
  const missing = reflectors.filter((reflector) => !reflector.hasSynced).map(({ kind }) => kind.plural);
  return missing.length === 0 ? undefined : `not listed yet: ${[...new Set(missing)].join(', ')}`;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
