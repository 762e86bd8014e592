import { BatchLostError } from '../batch/batch-client.ts';
import { type BatchAnswer, readBatch, renderBatch } from '../batch/score-batch.ts';
import type { Model } from '../model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { notJson, type ProblemError, tooLarge, tooMany, unavailable, wrongFields } from './problem.ts';
import { readBody } from './read-body.ts';
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
  /** Bytes of bodies in memory. */
  #held = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.limit = runtime.limits.batchBytes;
  }

  answer(exchange: Exchange, serving: Serving): void {
    const { limit } = this;
    if (this.#full(serving)) throw busy();
    let mine = 0;
    const refuse = (error: ProblemError): false => {
      exchange.fail(error);
      this.#held -= mine;
      mine = 0;
      return false;
    };
    // Also when the caller goes away half-way.
    exchange.res.once('close', () => (this.#held -= mine));
    readBody(exchange.req, {
      keep: (bytes, total) => {
        if (total > limit) return refuse(tooLarge(limit));
        if (this.#held + bytes > this.#runtime.limits.heldBytes) return refuse(busy());
        this.#held += bytes;
        mine += bytes;
        return true;
      },
      done: (body) => void this.#score(body, exchange, serving).catch((error) => exchange.fail(error)),
    });
  }

  #full({ batches }: Serving): boolean {
    const { queuedBatches, heldBytes } = this.#runtime.limits;
    return batches.waiting >= queuedBatches || this.#held >= heldBytes;
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

function busy(): ProblemError {
  return tooMany('too many batches are waiting: send it again later', 1);
}
