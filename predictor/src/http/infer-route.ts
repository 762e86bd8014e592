import { INLINE_BYTES, inferHere, inferInWorker } from '../oip/inference.ts';
import type { InferAnswer } from '../oip/infer.ts';
import type { RestBody } from '../oip/open.ts';
import { openRest } from '../oip/open-rest.ts';
import { servedModelOf } from '../oip/served-model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { EXPLAIN, type ExplainQuery } from './explain-query.ts';
import type { HeldBytes } from './held-bytes.ts';
import { holdExplained } from './hold-explained.ts';
import { expectInferred, expectName, modelPaths, OPEN_INFERENCE_PROBLEMS } from './open-inference-routes.ts';
import { ProblemError } from './problem.ts';
import { busy, readHeldBody } from './read-held-body.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';

/** Bytes of the JSON in a body that has binary data behind it. */
const HEADER_LENGTH = 'Inference-Header-Content-Length';

/** `POST /v2/models/{model}/infer`, with JSON and with binary tensors. */
export class InferRoute implements ScoringRoute<ExplainQuery> {
  readonly paths = modelPaths('/infer');
  readonly method = 'POST';
  readonly types = ['application/json', 'application/octet-stream'];
  readonly query = { explain: EXPLAIN };
  /** Triton's client says nothing; its header tells what is binary. */
  readonly untyped = 'application/octet-stream';
  readonly problemType = OPEN_INFERENCE_PROBLEMS.problemType;
  readonly problemMembers = OPEN_INFERENCE_PROBLEMS.problemMembers;
  readonly limit: number;
  readonly #runtime: Runtime;
  readonly #held: HeldBytes;

  constructor(runtime: Runtime, held: HeldBytes) {
    this.#runtime = runtime;
    this.#held = held;
    this.limit = runtime.limits.batchBytes;
  }

  answer(exchange: Exchange, serving: Serving, { params, query }: RouteRequest<ExplainQuery>): void {
    expectName(params, servedModelOf(serving.model.manifest));
    const headerLength = headerLengthOf(exchange);
    if (this.#held.full) throw busy();
    readHeldBody(exchange, this.#held, this.limit, async (body) => {
      const request = { protocol: 'rest', bytes: body, headerLength } as const;
      const { explain } = query;
      if (explain > 0) holdExplained(exchange, serving, this.#held, { request: body.length, explain });
      const answer = await this.#infer(request, explain, serving);
      send(exchange, answer);
    });
  }

  async #infer(request: RestBody, explain: number, serving: Serving): Promise<InferAnswer> {
    const { bytes, headerLength } = request;
    if (explain > 0 || bytes.length > INLINE_BYTES)
      return inferInWorker(request, serving, this.#runtime, explain);
    const served = servedModelOf(serving.model.manifest);
    return inferHere(() => openRest(bytes, headerLength, served), serving, this.#runtime);
  }
}

function headerLengthOf({ req }: Exchange): number | undefined {
  const text = req.headers['inference-header-content-length'];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw new ProblemError(
    400,
    `${HEADER_LENGTH} must be the number of bytes of the JSON in front of the binary data`,
  );
}

function send(exchange: Exchange, answer: InferAnswer): void {
  const { body, headerLength } = expectInferred(answer);
  if (headerLength === undefined) exchange.json(body);
  else exchange.send('application/octet-stream', body, [HEADER_LENGTH, String(headerLength)]);
}
