import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { admitCaller, admitRequest, checkMethod } from './admission.ts';
import { Exchange } from './exchange.ts';
import { dropBody } from './read-body.ts';
import { type Match, RouteTable } from './route-table.ts';
import { scoringRoutes } from './scoring-routes.ts';

/** Answers the scoring routes straight on node:http: Express in front of them costs three quarters of the requests. */
export class ScoringFront {
  readonly #runtime: Runtime;
  readonly #routes: RouteTable;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#routes = new RouteTable(scoringRoutes(runtime));
  }

  /**
   * @param awaited the caller waits for `100 Continue` before it sends the body
   * @returns false when the path is not a scoring route: somebody else answers
   */
  handle(req: IncomingMessage, res: ServerResponse, awaited = false): boolean {
    const url = req.url as string;
    const mark = url.indexOf('?');
    const match = this.#routes.find(mark === -1 ? url : url.slice(0, mark));
    if (match === undefined) return false;
    const exchange = new Exchange(req, res, match, this.#runtime);
    const query = mark === -1 ? '' : url.slice(mark + 1);
    try {
      checkMethod(req, match.route);
      const { route } = match;
      const waiting = route.open === true ? undefined : admitCaller(req, route, query, this.#runtime);
      if (waiting === undefined) this.#answer(exchange, match, query, awaited);
      else void this.#answerThen(waiting, exchange, match, query, awaited);
    } catch (error) {
      refuse(exchange, error);
    }
    return true;
  }

  #answer(exchange: Exchange, match: Match, query: string, awaited: boolean): void {
    const request = admitRequest(exchange.req, match, query, this.#runtime);
    if (awaited) exchange.res.writeContinue();
    // Admission lets nothing through to a scoring route before a version is served.
    match.route.answer(exchange, this.#runtime.serving as Serving, request);
  }

  /** Until then the body waits in the connection. */
  async #answerThen(
    waiting: Promise<void>,
    exchange: Exchange,
    match: Match,
    query: string,
    awaited: boolean,
  ): Promise<void> {
    try {
      await waiting;
      this.#answer(exchange, match, query, awaited);
    } catch (error) {
      refuse(exchange, error);
    }
  }
}

function refuse(exchange: Exchange, error: unknown): void {
  dropBody(exchange.req);
  exchange.fail(error);
}
