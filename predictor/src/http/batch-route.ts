import { BatchLostError } from '../batch/batch-client.ts';
import { type BatchAnswer, readBatch, renderBatch } from '../batch/score-batch.ts';
import type { Model } from '../model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';
import { notJson, unavailable, wrongFields } from './problem.ts';
import { busy, readHeldBody } from './read-held-body.ts';
import type { ScoringRoute } from './scoring-route.ts';

/** A body of this size (about 40 rows) is answered in less time than handing it to the worker takes. */
const INLINE_BYTES = 16 * 1024;

/** POST /predict/batch: a JSON array of rows. What is being read, waits or runs is bounded; beyond it, 429. */
export class BatchRoute implements ScoringRoute {
  readonly paths = ['/predict/batch'];
  readonly method = 'POST';
  readonly types = ['application/json'];
  readonly limit: number;
  readonly #runtime: Runtime;
  readonly #held: HeldBytes;

  constructor(runtime: Runtime, held: HeldBytes) {
    this.#runtime = runtime;
    this.#held = held;
    this.limit = runtime.limits.batchBytes;
  }

  answer(exchange: Exchange, serving: Serving): void {
    if (this.#full(serving)) throw busy();
    readHeldBody(exchange, this.#held, this.limit, (body) => this.#score(body, exchange, serving));
  }

  #full({ batches }: Serving): boolean {
    return batches.waiting >= this.#runtime.limits.queuedBatches || this.#held.full;
  }

  async #score(body: Buffer, exchange: Exchange, serving: Serving): Promise<void> {
    const { metrics } = this.#runtime;
    const started = performance.now();
    if (body.length <= INLINE_BYTES) {
      const answer = scoreInline(body, serving.model);
      const { json, summary } = expectScored(answer);
      metrics.batch(summary, (performance.now() - started) / 1000);
      return exchange.json(json);
    }
    if (this.#full(serving)) throw busy();
    const { answer, seconds } = await serving.batches.score(body).catch(explainLoss);
    const { json, summary } = expectScored(answer);
    metrics.batch(summary, seconds);
    exchange.json(json);
  }
}

function scoreInline(body: Buffer, model: Model): BatchAnswer {
  const rows = readBatch(body, model.reader, model.width);
  if (rows.kind !== 'rows') return rows;
  return renderBatch(model.trees.scoreAll(rows.matrix, rows.count), model.manifest.threshold.value);
}

type Scored = Extract<BatchAnswer, { kind: 'scored' }>;

function expectScored(answer: BatchAnswer): Scored {
  if (answer.kind === 'notJson') throw notJson(answer.why, answer.errors);
  if (answer.kind === 'wrong') throw wrongFields(answer.errors);
  return answer;
}

function explainLoss(error: unknown): never {
  if (!(error instanceof BatchLostError)) throw error;
  throw unavailable('the batch was lost: send it again', 1);
}
