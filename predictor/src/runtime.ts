import type { ApiKeys } from './api-keys.ts';
import type { Gate } from './auth/gate.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { PredictorMetrics } from './metrics/predictor-metrics.ts';
import type { Limits } from './options.ts';
import type { Serving } from './serving.ts';
import type { Tracing } from './tracing/tracing.ts';
import type { ServerCertificate } from './tls/server-certificate.ts';

/** What the parts of one running predictor share. */
export interface Runtime {
  /** The address that it listens on. */
  host: string;
  /** Of pods that are processes of this machine: a candidate there is found by its address. */
  podNetwork: string;
  limits: Limits;
  /** Processes that serve together with this one, itself among them. */
  workers: number;
  log: Log;
  keys: ApiKeys;
  /** Who may have rows scored, by HTTP and gRPC. */
  gate: Gate;
  /** Of the ports that callers reach; undefined where they speak without TLS. */
  certificate: ServerCertificate | undefined;
  lifecycle: Lifecycle;
  /** Undefined where nobody asked for traces. */
  tracing: Tracing | undefined;
  metrics: PredictorMetrics;
  /** Set once the version is loaded and checked. */
  serving: Serving | undefined;
}
