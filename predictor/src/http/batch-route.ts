import { STREAM_KINDS, type StreamKind } from '../batch/stream-kind.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { takesItsTime } from './arrival-deadline.ts';
import type { Exchange } from './exchange.ts';
import { EXPLAIN, type ExplainQuery, explainsJsonOnly } from './explain-query.ts';
import type { HeldBytes } from './held-bytes.ts';
import { busy, readHeldBody } from './read-held-body.ts';
import { expectRoom, scoreWholeBody } from './score-whole-body.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';
import { StreamedBatch } from './streamed-batch.ts';

/** Of a streamed body's answer this much may wait for its caller: what one gets who sends all before he reads. */
const UNSENT_BYTES = 16 * 2 ** 20;
/** Beside that a stream has a few parts in memory: one arriving, one in the worker, one as answered. */
const STREAM_BYTES = UNSENT_BYTES + 4 * 2 ** 20;
/** What is handed to the worker at a time: large enough that the handing over costs nothing, small enough to hold. */
const PART_BYTES = 2 ** 20;
/** Where rows are explained a part is answered by some MB, and others wait for the worker meanwhile. */
const EXPLAINED_PART_BYTES = 64 * 1024;

interface Streamed extends ExplainQuery {
  type: string;
  kind: StreamKind;
}

/**
 * POST /predict/batch: rows as a JSON array, scored as a whole or not at all; or as lines of JSON, CSV or Arrow, scored
 * while they arrive. What is being read, waits or runs is bounded; beyond it, 429.
 */
export class BatchRoute implements ScoringRoute<ExplainQuery> {
  readonly paths = ['/predict/batch'];
  readonly method = 'POST';
  readonly types = ['application/json', ...Object.keys(STREAM_KINDS)];
  readonly query = { explain: EXPLAIN };
  readonly #runtime: Runtime;
  readonly #held: HeldBytes;

  constructor(runtime: Runtime, held: HeldBytes) {
    this.#runtime = runtime;
    this.#held = held;
  }

  answer(exchange: Exchange, serving: Serving, { type, query }: RouteRequest<ExplainQuery>): void {
    expectRoom(serving, this.#runtime, this.#held);
    const kind = (STREAM_KINDS as Readonly<Record<string, StreamKind>>)[type];
    const { explain } = query;
    if (kind !== undefined && kind !== 'ndjson' && explain > 0) throw explainsJsonOnly();
    if (kind !== undefined) return this.#stream(exchange, serving, { type, kind, explain });
    readHeldBody(exchange, this.#held, this.#runtime.limits.batchBytes, async (body) => {
      const how = { format: 'rows', explain } as const;
      exchange.json(await scoreWholeBody(exchange, body, how, serving, this.#held));
    });
  }

  #stream(exchange: Exchange, { batches }: Serving, { type, kind, explain }: Streamed): void {
    const { heldBytes } = this.#runtime.limits;
    const mine = Math.min(STREAM_BYTES, Math.floor(heldBytes / 4));
    if (!this.#held.take(mine)) throw busy();
    takesItsTime(exchange.req);
    const unsent = Math.floor((mine / STREAM_BYTES) * UNSENT_BYTES);
    const partBytes = explain > 0 ? EXPLAINED_PART_BYTES : PART_BYTES;
    const scorer = batches.openStream(kind, explain);
    const batch = new StreamedBatch(exchange, scorer, type, { unsent, partBytes });
    void batch.run().finally(() => this.#held.give(mine));
  }
}
