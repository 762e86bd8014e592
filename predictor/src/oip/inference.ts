import { explainLoss } from '../http/explain-loss.ts';
import { busy } from '../http/read-held-body.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { type InferAnswer, type Opened, inferInline } from './infer.ts';
import type { InferBody } from './open.ts';
import { servedModelOf } from './served-model.ts';

/** A request of this size (some 100 rows) is answered in less time than handing it to the worker takes. */
export const INLINE_BYTES = 8 * 1024;

/** @param open what reads a request that is small */
export function inferHere(
  open: () => Opened,
  { model, traffic }: Serving,
  { metrics }: Runtime,
): InferAnswer {
  const started = performance.now();
  const served = servedModelOf(model.manifest);
  const answer = inferInline(open, served, ({ matrix, count }) => {
    const scores = model.trees.scoreAll(matrix, count);
    traffic.rows(matrix, scores);
    return scores;
  });
  if (answer.kind === 'inferred') metrics.batch(answer.summary, (performance.now() - started) / 1000);
  return answer;
}

/**
 * Has the worker read, score and answer a request.
 * @param body its memory may go over to the worker
 * @param explain how many contributions of each row are listed, 0 for no explanation
 * @throws {ProblemError} 429 when too many wait for it, 503 when it was lost
 */
export async function inferInWorker(
  body: InferBody,
  { batches }: Serving,
  { metrics, limits }: Runtime,
  explain = 0,
): Promise<InferAnswer> {
  if (batches.waiting >= limits.queuedBatches) throw busy();
  const { answer, seconds } = await batches.infer(body, explain).catch(explainLoss('the request was lost'));
  if (answer.kind === 'inferred') metrics.batch(answer.summary, seconds);
  return answer;
}
