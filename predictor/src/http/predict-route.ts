import { renderPrediction } from '../batch/score-batch.ts';
import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import { notJson, tooLarge, wrongFields } from './problem.ts';
import { readBody } from './read-body.ts';

/** POST /predict: one row in, one score out. */
export function answerPredict(exchange: Exchange, serving: Serving): void {
  const limit = exchange.runtime.limits.predictBytes;
  readBody(exchange.req, {
    keep: (_, total) => {
      if (total > limit) exchange.fail(tooLarge(limit));
      return total <= limit;
    },
    done: (body) => {
      try {
        exchange.json(predict(body.toString('utf8'), exchange, serving));
      } catch (error) {
        exchange.fail(error);
      }
    },
  });
}

function predict(text: string, exchange: Exchange, { model }: Serving): string {
  const row = parse(text);
  const started = performance.now();
  const prediction = model.predict(row);
  if (prediction === undefined) throw wrongFields(model.complaints(row));
  const { stockout_risk_score: score, stockout_risk_label: label } = prediction;
  exchange.runtime.metrics.prediction(score, label, (performance.now() - started) / 1000);
  return renderPrediction(score, label);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson((error as Error).message);
  }
}
