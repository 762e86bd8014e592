import type { Manifest } from '@stockout/contracts';
import { createMetrics } from '../../operator/src/create-metrics.ts';
import { PredictorMetrics } from '../../predictor/src/metrics/predictor-metrics.ts';

interface Exported {
  name: string;
  type: string;
}

/** Names of the series that the operator and the predictor export, a histogram's three among them. */
export async function exportedSeries(): Promise<Set<string>> {
  const { registry } = createMetrics();
  const predictor = new PredictorMetrics();
  predictor.serving({ namespace: 'shop', model: 'retail', version: 'v1', digest: 'sha256:0' } as Manifest);
  const all = (
    await Promise.all([registry, predictor.registry].map((each) => each.getMetricsAsJSON()))
  ).flat();
  return new Set((all as unknown as Exported[]).flatMap(seriesOf));
}

function seriesOf({ name, type }: Exported): string[] {
  return type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name];
}
