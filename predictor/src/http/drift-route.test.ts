import { driftReportSchema } from '@stockout/contracts';
import { expect, it } from 'vitest';
import { TINY_URI } from '../testing/fixture.ts';
import { eventually, refused, RunningPredictor } from '../testing/running.ts';
import { rowsOf } from '../testing/shadowing.ts';

async function drift(predictor: RunningPredictor) {
  return driftReportSchema.parse(await (await predictor.get('/drift', true)).json());
}

it('rows of /predict, of small batches and of large ones count', async () => {
  await using predictor = await RunningPredictor.ready();
  const rows = await rowsOf(600);
  expect((await predictor.post('/predict', rows[0])).status).toBe(200);
  expect((await predictor.post('/predict/batch', rows.slice(0, 3))).status).toBe(200);
  expect(await drift(predictor)).toMatchObject({ version: 'v1', rows: 4, score: { psi: null } });
  expect((await predictor.post('/predict/batch', rows)).status).toBe(200);
  await eventually(async () => (await drift(predictor)).rows === 604);
  const { features, score } = await drift(predictor);
  // All rows but for their inventory are the same one.
  expect(features['daily_sales']?.psi).toBeGreaterThan(0.2);
  expect(score.psi).toBeGreaterThan(0.2);
  expect(features['inventory']?.missingShare.observed).toBeCloseTo(0.5, 2);
});

it('rows that are explained count as well', async () => {
  await using predictor = await RunningPredictor.ready();
  const rows = await rowsOf(5);
  expect((await predictor.post('/predict?explain=true', rows[0])).status).toBe(200);
  expect((await predictor.post('/predict/batch?explain=3', rows)).status).toBe(200);
  await eventually(async () => (await drift(predictor)).rows === 6);
});

it('what cannot be told is absent from the metrics; what can is there by feature', async () => {
  await using predictor = await RunningPredictor.ready();
  const scrape = async (): Promise<string> => (await predictor.get('/metrics', true)).text();
  const before = await scrape();
  expect(before).not.toMatch(/^stockout_(feature|score)_psi[ {]/m);
  expect(before).toContain('stockout_drift_rows 0');
  await predictor.post('/predict/batch', await rowsOf(600));
  await eventually(async () => (await scrape()).includes('stockout_drift_rows 600'));
  const after = await scrape();
  expect(after).toMatch(/^stockout_feature_psi\{feature="price"\} [\d.]+$/m);
  expect(after).toMatch(/^stockout_score_psi [\d.]+$/m);
  expect(after).not.toMatch(/NaN/);
});

it('of a batch of many rows some thousand stand for all', async () => {
  await using predictor = await RunningPredictor.ready();
  await predictor.post('/predict/batch', await rowsOf(3_000));
  await eventually(async () => (await drift(predictor)).rows === 2_000);
});

it('answers 503 before a version is served, and is not on the public port', async () => {
  await using predictor = await RunningPredictor.start({ model: `${TINY_URI}-missing` }, { retryMs: 60_000 });
  expect((await refused(predictor.get('/drift', true))).status).toBe(503);
  expect((await predictor.get('/drift')).status).toBe(404);
});
