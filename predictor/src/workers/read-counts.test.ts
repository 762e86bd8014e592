import { Gauge } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { PredictorMetrics } from '../metrics/predictor-metrics.ts';
import { tinyManifest } from '../testing/fixture.ts';
import type { Metrics } from './protocol.ts';
import { readCounts, withCounts } from './read-counts.ts';
import { addCounts } from './supervisor-metrics.ts';

const namesOf = (metrics: Metrics): string[] => metrics.map(({ name }) => name).toSorted();

const metric = (name: string, value: number) =>
  ({ name, help: '', type: 'counter', aggregator: 'sum', values: [{ value, labels: {} }] }) as never;

it('counts are all that is kept of a process which ends, and reading them reads no gauge', async () => {
  const { registry, ...metrics } = await served();
  const collect = vi.fn();
  registry.registerMetric(
    new Gauge({ name: 'lag', help: 'Begins anew when it is read', registers: [], collect }),
  );
  metrics.request();
  const counts = await readCounts(registry);
  expect(collect).not.toHaveBeenCalled();
  const all = (await registry.getMetricsAsJSON()) as Metrics;
  expect(namesOf(counts)).toEqual(namesOf(addCounts([], all)));
  expect(namesOf(counts)).toEqual(
    expect.arrayContaining(['http_request_duration_seconds', 'stockout_predictions_total']),
  );
});

it('gauges that were told before stand beside newer counts', () => {
  const before: Metrics = [metric('held', 1), metric('counted', 2)];
  expect(withCounts(before, [metric('counted', 3)])).toEqual([metric('held', 1), metric('counted', 3)]);
});

async function served() {
  const metrics = new PredictorMetrics();
  metrics.serving(await tinyManifest());
  return { registry: metrics.registry, request: () => metrics.request('/predict', 200, 0.1) };
}
