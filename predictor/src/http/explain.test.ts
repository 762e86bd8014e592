import type { Prediction } from '@stockout/contracts';
import { explanationSchema } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

let running: RunningPredictor;
let row: Record<string, number | null>;
beforeAll(async () => {
  running = await RunningPredictor.ready();
  row = await tinyRow();
});
afterAll(() => running.server.stop());

async function ask<T = Prediction>(path: string, body: unknown = row): Promise<T> {
  const response = await running.post(path, body);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

function sumOf({ explanation }: Prediction): number {
  const { bias, contributions, rest } = explanation!;
  return contributions.reduce((sum, { contribution }) => sum + contribution, bias + rest);
}

describe('?explain', () => {
  it('adds to the same score every contribution, the largest first, which sum to the margin', async () => {
    const plain = await ask('/predict');
    const explained = await ask('/predict?explain=true');
    expect(explained).toMatchObject(plain);
    const explanation = explanationSchema.parse(explained.explanation);
    const { contributions, margin, rest } = explanation;
    expect(contributions.map(({ feature }) => feature).toSorted()).toEqual(Object.keys(row).toSorted());
    for (const { feature, value } of contributions) expect([feature, value]).toEqual([feature, row[feature]]);
    const sizes = contributions.map(({ contribution }) => Math.abs(contribution));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(rest).toBe(0);
    expect(sumOf(explained)).toBeCloseTo(margin, 5);
    expect(1 / (1 + Math.exp(-margin))).toBeCloseTo(plain.stockout_risk_score, 6);
    expect(explanation.sentence).toMatch(
      /^At risk \(.*%\), because of inventory 4 against sales of 15.2 a day/,
    );
  });

  it('lists so many as are asked for, and sums the others', async () => {
    const all = await ask('/predict?explain=true');
    const three = await ask('/predict?explain=3');
    expect(three.explanation?.contributions).toEqual(all.explanation?.contributions.slice(0, 3));
    expect(sumOf(three)).toBeCloseTo(sumOf(all), 5);
    expect(three.explanation?.rest).not.toBe(0);
    expect(await ask('/predict?explain=9999')).toEqual(all);
  });

  it('says null where a value is not known', async () => {
    const { explanation } = await ask('/predict?explain=true', { ...row, inventory: null });
    expect(explanation?.contributions.find(({ feature }) => feature === 'inventory')?.value).toBeNull();
  });

  it('adds nothing when it is false', async () => {
    expect(await ask('/predict?explain=false')).toEqual(await ask('/predict'));
  });

  it.each(['', '0', '-1', '1.5', 'TRUE', 'all', '10000', '1e3'])('is refused as %j', async (text) => {
    const problem = await refused(running.post(`/predict?explain=${text}`, row));
    expect(problem).toMatchObject({ status: 422, errors: [{ field: '?explain' }] });
  });

  it('still refuses a wrong row, and names the field', async () => {
    const problem = await refused(running.post('/predict?explain=3', { ...row, price: 'dear' }));
    expect(problem).toMatchObject({ status: 422, errors: [{ field: 'price' }] });
  });

  it('explains each row of a batch as it does a single one', async () => {
    const { golden, features } = await tinyManifest();
    const rows = golden.map((each) =>
      Object.fromEntries(features.map(({ name }, index) => [name, each.features[index] as number | null])),
    );
    const batch = await ask<Prediction[]>('/predict/batch?explain=2', rows);
    expect(batch).toHaveLength(rows.length);
    for (const [index, each] of rows.entries())
      expect(batch[index]).toEqual(await ask('/predict?explain=2', each));
    expect(await ask('/predict/batch?explain=true', [])).toEqual([]);
  });

  it('is refused for more rows than are explained at a time, and for other kinds of batches', async () => {
    const many = JSON.stringify(Array.from({ length: 10_001 }, () => row));
    const problem = await refused(running.post('/predict/batch?explain=1', many));
    expect(problem).toMatchObject({
      status: 422,
      detail: /has 10001 rows, and 10000 are explained/ as unknown,
    });
    const csv = running.post('/predict/batch?explain=1', 'a,b', { 'content-type': 'text/csv' });
    expect(await refused(csv)).toMatchObject({ status: 422, errors: [{ field: '?explain' }] });
  });

  it('counts what it scores', async () => {
    await using counted = await RunningPredictor.ready();
    await counted.post('/predict?explain=true', row);
    await counted.post('/predict/batch?explain=1', [row, row]);
    const metrics = await (await counted.get('/metrics', true)).text();
    expect(metrics).toContain('stockout_predictions_total{model="default/tiny",version="v1",label="1"} 3');
  });
});
