import { readFile } from 'node:fs/promises';
import { type Prediction, predictionSchema, StockoutError } from '@stockout/contracts';
import type { Story } from './story.ts';

/** Posts the sample request to a predictor, with a key or without. */
async function postSample({ scene }: Story, endpoint: string, apiKey?: string): Promise<Response> {
  return fetch(`${endpoint}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) },
    body: await readFile(new URL('predict.json', scene.samples)),
  });
}

/** The answer to the sample request, held against what is known of it; without the key it is refused. */
export async function predictSample(story: Story, endpoint: string): Promise<Prediction> {
  const refused = await postSample(story, endpoint);
  if (refused.status !== 401)
    throw new StockoutError(`/predict without a key answers ${refused.status}, not 401`);
  const response = await postSample(story, endpoint, story.apiKey);
  if (!response.ok) throw new StockoutError(`/predict answers ${response.status}: ${await response.text()}`);
  const prediction = predictionSchema.parse(await response.json());
  const { stockout_risk_score: score, stockout_risk_label: label } = prediction;
  const { least, most, label: right } = story.scene.expected;
  if (score < least || score > most || label !== right) {
    throw new StockoutError(
      `/predict answers ${JSON.stringify(prediction)}, expected a score of ${least} to ${most}, label ${right}`,
    );
  }
  return prediction;
}
