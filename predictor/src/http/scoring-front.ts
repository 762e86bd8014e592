import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import { admit } from './admission.ts';
import { BatchRoute } from './batch-route.ts';
import { Exchange } from './exchange.ts';
import { PredictRoute } from './predict-route.ts';
import { dropBody } from './read-body.ts';

interface Route {
  path: string;
  limit: number;
  answer(exchange: Exchange, serving: Serving): void;
}

/** Answers the scoring routes straight on node:http: Express in front of them costs three quarters of the requests. */
export class ScoringFront {
  readonly #runtime: Runtime;
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(runtime: Runtime) {
    const predict = new PredictRoute(runtime.limits.predictBytes);
    const batch = new BatchRoute(runtime);
    const { predictBytes, batchBytes } = runtime.limits;
    const routes: Route[] = [
      {
        path: '/predict',
        limit: predictBytes,
        answer: (exchange, serving) => predict.answer(exchange, serving),
      },
      {
        path: '/predict/batch',
        limit: batchBytes,
        answer: (exchange, serving) => batch.answer(exchange, serving),
      },
    ];
    this.#runtime = runtime;
    this.#routes = new Map(routes.map((route) => [route.path, route]));
  }

  /**
   * @param awaited the caller waits for `100 Continue` before it sends the body
   * @returns false when the path is not a scoring route: somebody else answers
   */
  handle(req: IncomingMessage, res: ServerResponse, awaited = false): boolean {
    const url = req.url as string;
    const mark = url.indexOf('?');
    const route = this.#routes.get(mark === -1 ? url : url.slice(0, mark));
    if (route === undefined) return false;
    const exchange = new Exchange(req, res, route.path, this.#runtime);
    try {
      const serving = admit(req, mark === -1 ? '' : url.slice(mark + 1), route.limit, this.#runtime);
      if (awaited) res.writeContinue();
      route.answer(exchange, serving);
    } catch (error) {
      dropBody(req);
      exchange.fail(error);
    }
    return true;
  }
}
