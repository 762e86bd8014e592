import type { Runtime } from '../runtime.ts';
import { BatchRoute } from './batch-route.ts';
import { PredictRoute } from './predict-route.ts';
import type { Route } from './scoring-route.ts';

/** Everything that is answered ahead of the pages. */
export function scoringRoutes(runtime: Runtime): Route[] {
  return [new PredictRoute(runtime.limits), new BatchRoute(runtime)];
}
