import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { StockoutError } from '@stockout/contracts';
import { openStorage, type Storage } from '@stockout/storage';
import { ApiKeys } from './api-keys.ts';
import { openGate } from './auth/open-gate.ts';
import { LazyGrpc } from './grpc/lazy-grpc.ts';
import { type AdminDoor, AdminPort } from './http/admin-door.ts';
import { OwnAdministration } from './http/administration.ts';
import { closeServer, listen } from './http/listen.ts';
import { createPublicServer } from './http/public-server.ts';
import { Lifecycle } from './lifecycle.ts';
import { load } from './load.ts';
import { PredictorMetrics } from './metrics/predictor-metrics.ts';
import { type ServeOptions, type Settings, settle } from './options.ts';
import type { Runtime } from './runtime.ts';
import { candidateKeysOf } from './shadow/candidate-keys.ts';
import { ServerCertificate } from './tls/server-certificate.ts';
import { openTracing } from './tracing/open-tracing.ts';

export interface PredictorServer {
  /** Scoring and pages. */
  url: string;
  /** Probes and metrics. */
  adminUrl: string;
  /** Host and port of gRPC. */
  grpcAddress: string;
  /** Resolves when the version passed its self-check; rejects when it never will be served (the server stays up). */
  ready: Promise<void>;
  /** Not ready at once; requests are still accepted for the drain time, then those under way end. */
  stop(): Promise<void>;
}

/**
 * Serves one model version over HTTP, by as many processes as are asked for. Resolves as soon as the ports listen; the
 * version loads behind them, and /readyz says how that stands.
 * @throws {StockoutError} when a port cannot be had or the URI is none
 */
export async function serve(options: ServeOptions): Promise<PredictorServer> {
  const settings = settle(options);
  if (settings.workers === 1) return serveAlone(settings);
  const { serveTogether } = await import('./workers/serve-together.ts');
  return serveTogether(settings);
}

/**
 * Serves by this process.
 * @param doorOf how those who look after it reach it
 * @throws {StockoutError} when a port cannot be had or the URI is none
 */
export async function serveAlone(
  settings: Settings,
  doorOf: (runtime: Runtime) => AdminDoor = (runtime) =>
    new AdminPort(new OwnAdministration(runtime, candidateKeysOf(settings)), settings),
): Promise<PredictorServer> {
  const stopping = new AbortController();
  const giveUp = (): void => stopping.abort(new StockoutError('stopped before it was ready'));
  settings.signal?.addEventListener('abort', giveUp, { once: true });
  if (settings.signal?.aborted) giveUp();
  const storage = openStorage(settings.model, { signal: stopping.signal, confined: true });
  const runtime = await createRuntime(settings);
  const servers = {
    public: createPublicServer(runtime),
    grpc: new LazyGrpc(runtime),
    admin: doorOf(runtime),
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= shutDown(runtime, servers, stopping));
  let becoming: Promise<void> | undefined;
  const become = (): Promise<void> => (becoming ??= becomeReady(storage, settings, runtime, stopping.signal));
  const urls = await listenOrClose(servers, settings, runtime, become);
  settings.log('info', 'listening', { ...urls, model: storage.uri });
  const ready = become();
  // Whoever does not wait for it reads /readyz.
  ready.catch(() => {});
  if (settings.signal?.aborted) void stop();
  settings.signal?.addEventListener('abort', () => void stop(), { once: true });
  return { ...urls, ready, stop };
}

interface Servers {
  public: Server;
  grpc: LazyGrpc;
  admin: AdminDoor;
}

async function createRuntime(settings: Settings): Promise<Runtime> {
  const { host, podNetwork, limits, workers, log, apiKeys, apiKeysDir, tlsDir } = settings;
  const keys = await ApiKeys.open(apiKeys, apiKeysDir, limits.keysIntervalMs, log);
  const certificate =
    tlsDir === undefined ? undefined : await ServerCertificate.open(tlsDir, limits.keysIntervalMs, log);
  const gate = await openGate(keys, settings);
  const metrics = new PredictorMetrics();
  if (certificate !== undefined) metrics.tls.of(certificate);
  return {
    host,
    podNetwork,
    limits,
    workers,
    log,
    keys,
    gate,
    certificate,
    lifecycle: new Lifecycle(),
    tracing: await openTracing(log),
    metrics,
    serving: undefined,
  };
}

async function listenOrClose(
  servers: Servers,
  { host, port, grpcPort, listenWhenReady }: Settings,
  { gate, certificate }: Runtime,
  ready: () => Promise<void>,
): Promise<{ url: string; adminUrl: string; grpcAddress: string }> {
  try {
    const adminUrl = await servers.admin.open();
    if (listenWhenReady === true) await ready();
    const url = await listen(servers.public, port, host, '--port');
    const grpcAddress = await servers.grpc.listen(grpcPort, host);
    return { url, adminUrl, grpcAddress };
  } catch (error) {
    gate.close();
    certificate?.close();
    await Promise.all([closeServer(servers.public, 0), servers.admin.close()]);
    throw error;
  }
}

async function becomeReady(
  storage: Storage,
  { digest, log }: Settings,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<void> {
  const { lifecycle, metrics } = runtime;
  try {
    const serving = await load(storage, digest, runtime, signal);
    if (signal.aborted) {
      await Promise.all([serving.batches.close(), serving.history?.close()]);
      signal.throwIfAborted();
    }
    runtime.serving = serving;
    metrics.serving(serving.model.manifest);
    metrics.drift.of(() => serving.traffic.drift.report());
    lifecycle.becomeReady();
    const { version, digest: found } = serving.model.manifest;
    log('info', 'ready', { version, digest: found });
  } catch (error) {
    if (signal.aborted) throw error;
    const { message } = error as Error;
    lifecycle.fail(message);
    log('error', `not ready, and will not be: ${message}`);
    throw error;
  }
}

async function shutDown(runtime: Runtime, servers: Servers, stopping: AbortController): Promise<void> {
  const { lifecycle, limits, log, gate, certificate } = runtime;
  const wasReady = lifecycle.ready;
  stopping.abort(new StockoutError('stopped before it was ready'));
  lifecycle.drain();
  runtime.serving?.traffic.close();
  log('info', 'stopping');
  // Endpoints take that long to spread: until then requests still come, and nobody sends any where none was ready.
  if (wasReady) await delay(limits.drainMs);
  lifecycle.close();
  await Promise.all([closeServer(servers.public, limits.closeMs), servers.grpc.close(limits.closeMs)]);
  const { serving, tracing } = runtime;
  await Promise.all([serving?.batches.close(), serving?.history?.close(), tracing?.close()]);
  gate.close();
  certificate?.close();
  await servers.admin.close();
  log('info', 'stopped');
}
