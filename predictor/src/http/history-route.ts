import type { Shown } from '../history/score-history.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { EXPLAIN } from './explain-query.ts';
import { explainLoss } from './explain-loss.ts';
import type { HeldBytes } from './held-bytes.ts';
import { notJson, ProblemError, tooMany, wrongFields } from './problem.ts';
import { readHeldBody } from './read-held-body.ts';
import type { QueryParameters } from './query.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';

/** POST /predict/history: the last days of raw rows, of which the features are made here. */
export class HistoryRoute implements ScoringRoute<Shown> {
  readonly paths = ['/predict/history'];
  readonly method = 'POST';
  readonly types = ['application/json'];
  readonly query: QueryParameters<Shown> = {
    features: {
      absent: false,
      takes: 'true or false',
      parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    },
    explain: EXPLAIN,
  };
  readonly limit: number;
  readonly #runtime: Runtime;
  readonly #held: HeldBytes;

  constructor(runtime: Runtime, held: HeldBytes) {
    this.#runtime = runtime;
    this.#held = held;
    this.limit = runtime.limits.historyBytes;
  }

  answer(exchange: Exchange, { history, model }: Serving, { query }: RouteRequest<Shown>): void {
    if (history === undefined) throw noHistory(model.manifest.version);
    const busy = () => history.waiting >= this.#runtime.limits.queuedHistories;
    if (busy()) throw tooManyHistories();
    readHeldBody(exchange, this.#held, this.limit, async (body) => {
      if (busy()) throw tooManyHistories();
      const { answer, seconds } = await history
        .answer(body, query)
        .catch(explainLoss('the history was lost with its worker'));
      if (answer.kind === 'notJson') throw notJson(answer.why, answer.errors);
      if (answer.kind === 'wrong') throw wrongFields(answer.errors);
      this.#runtime.metrics.batch(answer.summary, seconds);
      exchange.json(answer.json);
    });
  }
}

function noHistory(version: string): ProblemError {
  return new ProblemError(
    409,
    `version ${version} does not say what its features are made of, or has no snapshot of the means that they need: ` +
      'train the model again, or send features to /predict',
  );
}

function tooManyHistories(): ProblemError {
  return tooMany('too many histories are waiting: send it again later', 1);
}
