import { readFile } from 'node:fs/promises';
import { type Prediction, predictionSchema, StockoutError } from '@stockout/contracts';

const SAMPLE = new URL('../../../config/samples/predict.json', import.meta.url);

/** Posts the sample request to a predictor, with a key or without. */
export async function postSample(endpoint: string, apiKey?: string): Promise<Response> {
  return fetch(`${endpoint}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) },
    body: await readFile(SAMPLE),
  });
}

/** The answer to the sample request, held against what the original service answers. */
export async function predictSample(endpoint: string, apiKey: string): Promise<Prediction> {
  const refused = await postSample(endpoint);
  if (refused.status !== 401)
    throw new StockoutError(`/predict without a key answers ${refused.status}, not 401`);
  const response = await postSample(endpoint, apiKey);
  if (!response.ok) throw new StockoutError(`/predict answers ${response.status}: ${await response.text()}`);
  const prediction = predictionSchema.parse(await response.json());
  const { stockout_risk_score: score, stockout_risk_label: label } = prediction;
  if (score < 0.85 || score > 0.99 || label !== 1) {
    throw new StockoutError(
      `/predict answers ${JSON.stringify(prediction)}, expected a score of .85 to .99, label 1`,
    );
  }
  return prediction;
}
