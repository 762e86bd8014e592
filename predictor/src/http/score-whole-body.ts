import { batchFormat, type BatchFormatName, scoreWhole } from '../batch/batch-format.ts';
import type { ScoredBatch } from '../batch/batch-client.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';
import { holdExplained } from './hold-explained.ts';
import { busy } from './read-held-body.ts';
import { explainLoss } from './explain-loss.ts';
import type { ExplainQuery } from './explain-query.ts';
import { expectScored } from './scored-answer.ts';

/** A body of this size (about 40 rows) is answered in less time than handing it to the worker takes. */
const INLINE_BYTES = 16 * 1024;

/** @throws {ProblemError} when as many batches wait, or as many bytes are held, as may be */
export function expectRoom({ batches }: Serving, { limits }: Runtime, held: HeldBytes): void {
  if (batches.waiting >= limits.queuedBatches || held.full) throw busy();
}

/**
 * Scores a body that is in memory, and counts what was scored.
 * @returns the answer's body
 * @throws {ProblemError} when it is refused, or finds no room in the worker's queue, or its explanations none in memory
 */
export async function scoreWholeBody(
  exchange: Exchange,
  body: Buffer,
  { format, explain }: { format: BatchFormatName } & ExplainQuery,
  serving: Serving,
  held: HeldBytes,
): Promise<Uint8Array> {
  const { runtime } = exchange;
  // Explanations take ten times as long: always the worker's work.
  if (explain === 0 && body.length <= INLINE_BYTES) return scoreHere(body, format, serving, runtime);
  expectRoom(serving, runtime, held);
  if (explain > 0) holdExplained(exchange, serving, held, { request: body.length, explain });
  return counted(serving.batches.score(body, format, explain), runtime);
}

async function counted(scored: Promise<ScoredBatch>, { metrics }: Runtime): Promise<Uint8Array> {
  const { answer, seconds } = await scored.catch(explainLoss('the batch was lost'));
  const { body, summary } = expectScored(answer);
  metrics.batch(summary, seconds);
  return body;
}

async function scoreHere(
  body: Buffer,
  format: BatchFormatName,
  { model, traffic }: Serving,
  { metrics }: Runtime,
): Promise<Uint8Array> {
  const found = await batchFormat(format);
  const started = performance.now();
  const score = async (matrix: Float32Array, count: number): Promise<Float32Array> => {
    const scores = model.trees.scoreAll(matrix, count);
    traffic.rows(matrix, scores);
    return scores;
  };
  const answer = await scoreWhole(found, body, model.reader, score, model.manifest.threshold.value);
  const { body: answered, summary } = expectScored(answer);
  metrics.batch(summary, (performance.now() - started) / 1000);
  return answered;
}
