import { renderPrediction } from '../batch/score-batch.ts';
import { NotJsonError, parseJson } from '../parse-json.ts';
import type { Limits } from '../options.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { notJson, tooLarge, wrongFields } from './problem.ts';
import { readBody } from './read-body.ts';
import { EXPLAIN, type ExplainQuery } from './explain-query.ts';
import type { RouteRequest, ScoringRoute } from './scoring-route.ts';

/** So many rows at most are collected before they are scored. */
const GROUP = 256;

/**
 * POST /predict: one row in, one score out.
 *
 * Rows that arrive in the same turn of the event loop are scored and answered together at its end (setImmediate):
 * a system call between two rows throws the trees out of the core's cache, and nobody waits for it, since the
 * turn ends before anything else is read. Measured: a quarter less CPU a request under 32 connections.
 */
export class PredictRoute implements ScoringRoute<ExplainQuery> {
  readonly paths = ['/predict'];
  readonly method = 'POST';
  readonly goldenKey = true;
  readonly types = ['application/json'];
  readonly query = { explain: EXPLAIN };
  readonly limit: number;
  #exchanges: Exchange[] = [];
  #rows: Float32Array = new Float32Array();

  constructor({ predictBytes }: Limits) {
    this.limit = predictBytes;
  }

  answer(exchange: Exchange, serving: Serving, { query }: RouteRequest<ExplainQuery>): void {
    readBody(exchange.req, {
      keep: (_, total) => {
        if (total > this.limit) exchange.fail(tooLarge(this.limit));
        return total <= this.limit;
      },
      done: (body) => {
        try {
          const row = parse(body.toString('utf8'));
          if (query.explain > 0) explain(row, query.explain, exchange, serving);
          else this.#collect(row, exchange, serving);
        } catch (error) {
          exchange.fail(error);
        }
      },
    });
  }

  #collect(row: unknown, exchange: Exchange, serving: Serving): void {
    const { reader, width } = serving.model;
    if (this.#rows.length === 0) this.#rows = new Float32Array(GROUP * width);
    if (!reader.read(row, this.#rows, this.#exchanges.length * width)) throw wrongFields(reader.explain(row));
    const count = this.#exchanges.push(exchange);
    if (count === 1) setImmediate(() => this.#answerAll(serving));
    else if (count === GROUP) this.#answerAll(serving);
  }

  #answerAll({ model, traffic }: Serving): void {
    const exchanges = this.#exchanges;
    this.#exchanges = [];
    const scores = exchanges.map((exchange, index) => {
      const started = performance.now();
      const score = model.trees.score(this.#rows, index * model.width);
      exchange.runtime.metrics.prediction(score, model.label(score), (performance.now() - started) / 1000);
      return score;
    });
    const taken = exchanges.map((exchange, index) => {
      const score = scores[index] as number;
      exchange.json(renderPrediction(score, model.label(score)));
      return performance.now() - exchange.started;
    });
    // After all answers: nobody waits for it, and its tables stay in the cache from row to row.
    for (const [index, score] of scores.entries()) {
      traffic.row(this.#rows, index * model.width, score, taken[index] as number);
    }
  }
}

/** Ten times the work of a score, so that rows which are only to be scored do not wait for it in one group. */
function explain(row: unknown, top: number, exchange: Exchange, { model, traffic }: Serving): void {
  const { reader, width, explainer } = model;
  const started = performance.now();
  const values = new Float32Array(width);
  if (!reader.read(row, values)) throw wrongFields(reader.explain(row));
  const prediction = explainer.explain(values, 0, top);
  const { stockout_risk_score: score, stockout_risk_label: label } = prediction;
  exchange.runtime.metrics.prediction(score, label, (performance.now() - started) / 1000);
  // Names and sentences are ASCII.
  exchange.json(JSON.stringify(prediction));
  // How long it took says nothing of a score alone.
  traffic.row(values, 0, score, Number.NaN);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof NotJsonError ? notJson(error.message, error.errors) : error;
  }
}
