import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { admit } from './admission.ts';
import { Exchange } from './exchange.ts';
import { dropBody } from './read-body.ts';
import { RouteTable } from './route-table.ts';
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
    try {
      const request = admit(req, match, mark === -1 ? '' : url.slice(mark + 1), this.#runtime);
      if (awaited) res.writeContinue();
      // Admission lets nothing through to a scoring route before a version is served.
      match.route.answer(exchange, this.#runtime.serving as Serving, request);
    } catch (error) {
      dropBody(req);
      exchange.fail(error);
    }
    return true;
  }
}
