import { Gauge, type Registry } from 'prom-client';
import type { Metrics } from './protocol.ts';

interface Readable {
  get(): Metrics[number] | Promise<Metrics[number]>;
}

/**
 * What only grows, which is what `addCounts` keeps. Gauges are not even read: reading begins those of the event loop's
 * lag anew, which would then tell of the time since, and not of the time between two scrapes; others read /proc.
 */
export function readCounts(registry: Registry): Promise<Metrics> {
  const all = registry.getMetricsAsArray() as unknown as Readable[];
  return Promise.all(all.filter((metric) => !(metric instanceof Gauge)).map((metric) => metric.get()));
}

/** What was told before, with these counts in the place of the older ones. */
export function withCounts(before: Metrics, counts: Metrics): Metrics {
  const names = new Set(counts.map(({ name }) => name));
  return [...before.filter(({ name }) => !names.has(name)), ...counts];
}
