import { explainedBytes } from '../batch/explain-batch.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';
import { busy } from './read-held-body.ts';

/**
 * Counts an answer with explanations among the bytes that are held, before it is made and until it is sent or its caller is
 * gone: it may be twenty times as large as its request, so that bounding requests bounds nothing. One alone always finds
 * room beside its body.
 * @param request bytes of the body
 * @param explain how many contributions of each row are listed
 * @throws {ProblemError} 429 when there is no room
 */
export function holdExplained(
  { res, runtime }: Exchange,
  { model }: Serving,
  held: HeldBytes,
  { request, explain }: { request: number; explain: number },
): void {
  const bytes = explainedBytes(request, model.manifest.features, explain);
  const mine = Math.min(bytes, Math.floor(runtime.limits.heldBytes / 4));
  // Whoever is gone already is told nothing, and would not be told that it is over.
  if (res.closed || !held.take(mine)) throw busy();
  res.once('close', () => held.give(mine));
}
