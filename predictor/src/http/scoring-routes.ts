import type { Runtime } from '../runtime.ts';
import { BatchRoute } from './batch-route.ts';
import { HeldBytes } from './held-bytes.ts';
import { HistoryRoute } from './history-route.ts';
import { InferRoute } from './infer-route.ts';
import { InvocationsRoute } from './invocations-route.ts';
import { mlflowProbes } from './mlflow-probes.ts';
import { openInferenceRoutes } from './open-inference-routes.ts';
import { PredictRoute } from './predict-route.ts';
import { probeRoutes } from './probe-routes.ts';
import type { Route } from './scoring-route.ts';

/** Everything that is answered ahead of the pages. */
export function scoringRoutes(runtime: Runtime): Route[] {
  const held = new HeldBytes(runtime.limits.heldBytes);
  return [
    new PredictRoute(runtime.limits),
    new BatchRoute(runtime, held),
    new HistoryRoute(runtime, held),
    new InferRoute(runtime, held),
    ...openInferenceRoutes(runtime),
    new InvocationsRoute(runtime, held),
    ...mlflowProbes(runtime),
    ...probeRoutes(runtime),
  ];
}
