import { Counter, type Registry } from 'prom-client';

/** What a pod lives through, and somebody should know of. */
export class TroubleMetrics {
  readonly #losses: Counter<'thread'>;
  readonly #refused: Counter<'port'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#losses = new Counter({
      registers,
      name: 'stockout_thread_losses_total',
      help: 'Threads for batches and histories that ended or did not start; the next request starts another',
      labelNames: ['thread'],
    });
    this.#refused = new Counter({
      registers,
      name: 'stockout_connections_refused_total',
      help: 'Connections that were closed unheard because as many were open as descriptors allow',
      labelNames: ['port'],
    });
    // A counter that begins at 1 has no increase.
    for (const thread of ['batch', 'history']) this.#losses.inc({ thread }, 0);
    for (const port of ['http', 'grpc']) this.#refused.inc({ port }, 0);
  }

  threadLost(thread: 'batch' | 'history'): void {
    this.#losses.inc({ thread });
  }

  connectionRefused(port: 'http' | 'grpc'): void {
    this.#refused.inc({ port });
  }
}
