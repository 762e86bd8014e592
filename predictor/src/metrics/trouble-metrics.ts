import { Counter, type Registry } from 'prom-client';

/** What a pod lives through, and somebody should know of. */
export class TroubleMetrics {
  readonly #losses: Counter<'worker'>;
  readonly #refused: Counter<'port'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#losses = new Counter({
      registers,
      name: 'stockout_worker_losses_total',
      help: 'Worker threads that ended or did not start; the next request that needs one starts another',
      labelNames: ['worker'],
    });
    this.#refused = new Counter({
      registers,
      name: 'stockout_connections_refused_total',
      help: 'Connections that were closed unheard because as many were open as descriptors allow',
      labelNames: ['port'],
    });
    // A counter that begins at 1 has no increase.
    for (const worker of ['batch', 'history']) this.#losses.inc({ worker }, 0);
    for (const port of ['http', 'grpc']) this.#refused.inc({ port }, 0);
  }

  workerLost(worker: 'batch' | 'history'): void {
    this.#losses.inc({ worker });
  }

  connectionRefused(port: 'http' | 'grpc'): void {
    this.#refused.inc({ port });
  }
}
