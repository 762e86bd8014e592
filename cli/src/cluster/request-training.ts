import type { StockoutModel } from '@stockout/crds';
import { objectPath, STOCKOUT_MODEL } from '@stockout/operator/kube';
import { ANNOTATION } from '@stockout/operator/outlook';
import type { Cluster } from './cluster.ts';
import { whereOf } from './models.ts';
import { inWords } from './refusals.ts';

const FIELD_MANAGER = 'stockout-cli';
const REQUEST_TIMEOUT_MS = 30_000;

export interface RequestedTraining {
  requestedAt: string;
  /** Why it does not begin yet. */
  heldBack: string | undefined;
}

/** Sets the annotation that asks for one more training: any new value does, and a time tells people most. */
export async function requestTraining(
  { connection }: Cluster,
  model: StockoutModel,
): Promise<RequestedTraining> {
  const { namespace, name } = model.metadata;
  const requestedAt = new Date().toISOString();
  try {
    await connection.send({
      method: 'PATCH',
      path: objectPath(STOCKOUT_MODEL, namespace, name),
      query: { fieldManager: FIELD_MANAGER },
      body: { metadata: { annotations: { [ANNOTATION.retrainRequestedAt]: requestedAt } } },
      contentType: 'application/merge-patch+json',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  } catch (error) {
    throw inWords(error, whereOf(namespace));
  }
  return { requestedAt, heldBack: heldBackBy(model) };
}

function heldBackBy({ metadata, spec }: StockoutModel): string | undefined {
  if (metadata.annotations?.[ANNOTATION.paused] === 'true') {
    return `nothing begins while the annotation ${ANNOTATION.paused} is "true"`;
  }
  return spec.training?.suspend ? 'none begins while spec.training.suspend is true' : undefined;
}
