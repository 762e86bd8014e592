import type { DriftReport } from '@stockout/contracts';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { Scrape } from '../http/administration.ts';
import { DriftMetrics } from '../metrics/drift-metrics.ts';
import type { Metrics } from './protocol.ts';
import type { Supervisor } from './supervisor.ts';

/** What the supervisor knows by itself, and what cannot be had by adding up what its processes know. */
export class SupervisorMetrics {
  readonly #registry = new Registry();
  readonly #drift = new DriftMetrics(this.#registry, 'first');

  constructor(supervisor: Supervisor) {
    const registers = [this.#registry];
    const ready: Gauge = new Gauge({
      name: 'stockout_workers_ready',
      help: 'Processes of this predictor that are ready',
      registers,
      collect() {
        ready.set(supervisor.ready);
      },
    });
    const restarts = new Counter({
      name: 'stockout_worker_restarts_total',
      help: 'Processes of this predictor that ended and were started again',
      registers,
      collect() {
        restarts.reset();
        restarts.inc(supervisor.restarts);
      },
    });
  }

  /** @param drift of all processes together; undefined before a version is served */
  read(drift: DriftReport | undefined): Promise<Metrics> {
    this.#drift.of(() => drift);
    return this.#registry.getMetricsAsJSON() as Promise<Metrics>;
  }
}

/** Prometheus' text of what several processes count, each metric added up as it says itself. */
export async function mergeMetrics(processes: Metrics[], own: Metrics): Promise<Scrape> {
  // Ours first: what processes leave out, and we know, is told as we say.
  const registry = AggregatorRegistry.aggregate([own, ...processes]);
  return { type: registry.contentType, text: await registry.metrics() };
}

/** Adds what a process had counted when it ended. Its gauges are left out: what it held, it holds no more. */
export function addCounts(before: Metrics, ended: Metrics): Metrics {
  const counts = ended.filter(
    ({ type, aggregator }) => ['counter', 'histogram'].includes(String(type)) && aggregator === 'sum',
  );
  return AggregatorRegistry.aggregate([before, counts]).getMetricsAsArray() as unknown as Metrics;
}
