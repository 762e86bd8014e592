import { INLINE_BYTES, inferHere, inferInWorker } from '../oip/inference.ts';
import type { InferAnswer } from '../oip/infer.ts';
import { openRest } from '../oip/open-rest.ts';
import { servedModelOf } from '../oip/served-model.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';
import { expectInferred, expectName, modelPaths, OPEN_INFERENCE_PROBLEMS } from './open-inference-routes.ts';
import { ProblemError } from './problem.ts';
import { busy, readHeldBody } from './read-held-body.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';

/** Bytes of the JSON in a body that has binary data behind it. */
const HEADER_LENGTH = 'Inference-Header-Content-Length';

/** `POST /v2/models/{model}/infer`, with JSON and with binary tensors. */
export class InferRoute implements ScoringRoute {
  readonly paths = modelPaths('/infer');
  readonly method = 'POST';
  readonly types = ['application/json', 'application/octet-stream'];
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

  answer(exchange: Exchange, serving: Serving, { params }: RouteRequest): void {
    expectName(params, servedModelOf(serving.model.manifest));
    const headerLength = headerLengthOf(exchange);
    if (this.#held.full) throw busy();
    readHeldBody(exchange, this.#held, this.limit, async (body) => {
      const answer = await this.#infer(body, headerLength, serving);
      send(exchange, answer);
    });
  }

  async #infer(bytes: Buffer, headerLength: number | undefined, serving: Serving): Promise<InferAnswer> {
    if (bytes.length > INLINE_BYTES) {
      return inferInWorker({ protocol: 'rest', bytes, headerLength }, serving, this.#runtime);
    }
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
