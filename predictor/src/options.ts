import { availableParallelism } from 'node:os';
import process from 'node:process';
import { LOOPBACK_NETWORK, POD_NETWORK_VARIABLE } from '@stockout/contracts';
import { openDescriptors, shareConnections } from './descriptors.ts';
import { type Log, logToStderr } from './log.ts';

export interface ServeOptions {
  /** A model version: the folder that holds its manifest.json, as s3://bucket/prod/models/<namespace>/<name>/<version>. */
  model: string;
  /** Serve nothing else than this: `sha256:...` of model.ubj. */
  digest?: string | undefined;
  /** Default: $HOST, else all addresses. */
  host?: string | undefined;
  /** Scoring and pages; 0 for any free port. Default 8000. */
  port?: number | undefined;
  /** Probes and metrics; 0 for any free port. Default 9090. */
  adminPort?: number | undefined;
  /** Open Inference Protocol by gRPC; 0 for any free port. Default 8001. */
  grpcPort?: number | undefined;
  /** Processes that serve on the same ports. Default 1. */
  workers?: number | undefined;
  /** Of a process among several: its number, for the log. */
  worker?: number | undefined;
  /** Of a process among several: whether it stays away from the ports until it is ready, while others serve. */
  listenWhenReady?: boolean | undefined;
  /** A mounted Secret: each file's content is a valid API key. Read again when it changes. */
  apiKeysDir?: string | undefined;
  /** Further valid API keys. */
  apiKeys?: string[] | undefined;
  /** Tokens of an OpenID Connect issuer are taken as API keys are: either is enough. */
  jwt?: JwtOptions | undefined;
  /** Requests a minute for each API key and each token's subject; where neither is asked for, for all callers. */
  rateLimitPerMinute?: number | undefined;
  /** A mounted Secret of type kubernetes.io/tls: scoring is served within TLS then. Read again when it changes. */
  tlsDir?: string | undefined;
  /** Stops the predictor when aborted, as `stop()` does. */
  signal?: AbortSignal | undefined;
  limits?: Partial<Limits> | undefined;
  log?: Log | undefined;
}

export interface JwtOptions {
  /** A URL, exactly as it stands in the tokens (iss) and in the issuer's own configuration. */
  issuer: string;
  /** Who the tokens must be meant for (aud). */
  audience: string;
}

/** Of one process: where several serve together, each has its share. */
export interface Limits {
  /** Bytes of a /predict body. */
  predictBytes: number;
  /** Bytes of a /predict/batch body. */
  batchBytes: number;
  /** Bytes of a gRPC message. */
  grpcBytes: number;
  /** Batches waiting for the worker, the running one included; beyond it 429. */
  queuedBatches: number;
  /** Bytes of a /predict/history body. */
  historyBytes: number;
  /** Raw rows of a /predict/history body. */
  historyRows: number;
  /** Histories waiting for their worker, the running one included; beyond it 429. */
  queuedHistories: number;
  /** Bytes of bodies held at one time; beyond it 429. */
  heldBytes: number;
  /** Connections open at one time; more are closed unheard. */
  connections: number;
  grpcConnections: number;
  /** For the headers of a request to arrive. */
  headersTimeoutMs: number;
  /** For a whole request to arrive. */
  requestTimeoutMs: number;
  /** Threads that compute for a batch. */
  batchThreads: number;
  /** How far back drift looks, in time and (about) in rows. */
  driftMs: number;
  driftRows: number;
  /** What a candidate is asked at the most: at one time, in a second, waiting, and for how long. */
  shadowSockets: number;
  shadowPerSecond: number;
  shadowQueued: number;
  shadowDeadlineMs: number;
  /** For one golden prediction to come back by way of the Service. */
  goldenDeadlineMs: number;
  /** How long requests are still accepted after the signal to stop: endpoints take that long to spread. */
  drainMs: number;
  /** How long requests under way may take after that. */
  closeMs: number;
  /** How often mounted Secrets (API keys, the TLS certificate) are read again. */
  keysIntervalMs: number;
  /** For the issuer of tokens to tell its keys. */
  issuerTimeoutMs: number;
  /** How often its keys are fetched again. */
  issuerRefreshMs: number;
  /** It is not asked again within this time, whatever callers show. */
  issuerCooldownMs: number;
  /** For so long its keys are good while it cannot be reached. */
  issuerStaleMs: number;
  /** Before the version is read again after a storage error that may pass; doubles up to a minute. */
  retryMs: number;
}

const MIB = 2 ** 20;

/**
 * @param memory bytes that all processes together may use. A batch takes up to three times its body (received, handed over,
 *   answered), and a container that runs out of memory takes every caller with it
 * @param descriptors files and sockets that each of them may have open
 */
export function defaultLimits(memory: number, descriptors: number, workers = 1): Limits {
  const heldBytes = Math.min(256 * MIB, Math.floor(memory / workers / 8));
  return {
    predictBytes: 64 * 1024,
    batchBytes: Math.min(64 * MIB, Math.floor(heldBytes / 2)),
    // gRPC's own default. Each call under way holds its message, and nothing says beforehand how large it is.
    grpcBytes: Math.min(4 * MIB, Math.floor(heldBytes / 16)),
    queuedBatches: 16,
    // Parsed as a whole: what is made of 8 MB of brackets still fits into the worker's heap.
    historyBytes: Math.min(8 * MIB, Math.floor(heldBytes / 2)),
    historyRows: 50_000,
    queuedHistories: 8,
    heldBytes,
    ...shareConnections(descriptors),
    headersTimeoutMs: 10_000,
    requestTimeoutMs: 60_000,
    batchThreads: Math.max(1, Math.floor(availableParallelism() / workers)),
    driftMs: 6 * 3_600_000,
    driftRows: Math.ceil(240_000 / workers),
    shadowSockets: Math.max(1, Math.floor(4 / workers)),
    shadowPerSecond: 200 / workers,
    shadowQueued: 256,
    shadowDeadlineMs: 5_000,
    goldenDeadlineMs: 1_000,
    drainMs: 5_000,
    closeMs: 20_000,
    keysIntervalMs: 2_000,
    issuerTimeoutMs: 5_000,
    issuerRefreshMs: 300_000,
    issuerCooldownMs: 10_000,
    issuerStaleMs: 3_600_000,
    retryMs: 1_000,
  };
}

export interface Settings extends ServeOptions {
  host: string;
  port: number;
  adminPort: number;
  grpcPort: number;
  workers: number;
  apiKeys: string[];
  /** Of pods that are processes of one machine, see `isInNetwork`. */
  podNetwork: string;
  limits: Limits;
  log: Log;
}

export function settle(options: ServeOptions): Settings {
  const workers = options.workers ?? 1;
  return {
    ...options,
    host: options.host ?? process.env['HOST'] ?? '0.0.0.0',
    port: options.port ?? 8000,
    adminPort: options.adminPort ?? 9090,
    grpcPort: options.grpcPort ?? 8001,
    workers,
    apiKeys: options.apiKeys ?? [],
    podNetwork: process.env[POD_NETWORK_VARIABLE] ?? LOOPBACK_NETWORK,
    // Without a limit (a container's) it answers 0 or more than there is.
    limits: {
      ...defaultLimits(process.constrainedMemory() || Infinity, openDescriptors(), workers),
      ...options.limits,
    },
    log: options.log ?? logToStderr,
  };
}
