import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { EXPLAIN, type ExplainQuery } from './explain-query.ts';
import type { HeldBytes } from './held-bytes.ts';
import type { ProblemError } from './problem.ts';
import { readHeldBody } from './read-held-body.ts';
import { expectRoom, scoreWholeBody } from './score-whole-body.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';

/** By status; what is not here is BAD_REQUEST, or INTERNAL_ERROR from 500 on. */
const ERROR_CODES: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  429: 'REQUEST_LIMIT_EXCEEDED',
  503: 'TEMPORARILY_UNAVAILABLE',
};

/** POST /invocations: MLflow's scoring protocol, with the answers that its own server gives for the same version. */
export class InvocationsRoute implements ScoringRoute<ExplainQuery> {
  readonly paths = ['/invocations'];
  readonly method = 'POST';
  readonly types = ['application/json', 'text/csv'];
  readonly query = { explain: EXPLAIN };
  readonly #runtime: Runtime;
  readonly #held: HeldBytes;

  constructor(runtime: Runtime, held: HeldBytes) {
    this.#runtime = runtime;
    this.#held = held;
  }

  answer(exchange: Exchange, serving: Serving, { type, query }: RouteRequest<ExplainQuery>): void {
    expectRoom(serving, this.#runtime, this.#held);
    const format = type === 'text/csv' ? 'invocationCsv' : 'invocation';
    readHeldBody(exchange, this.#held, this.#runtime.limits.batchBytes, async (body) =>
      exchange.json(await scoreWholeBody(exchange, body, { format, ...query }, serving, this.#held)),
    );
  }

  problemMembers({ status, message }: ProblemError): Record<string, string> {
    const code = ERROR_CODES[status] ?? (status < 500 ? 'BAD_REQUEST' : 'INTERNAL_ERROR');
    return { error_code: code, message };
  }
}
