import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { RawClient } from '../testing/raw-client.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

interface Scored {
  stockout_risk_score: number;
  stockout_risk_label: number;
}

let running: RunningPredictor;
let row: Record<string, number | null>;
beforeAll(async () => {
  running = await RunningPredictor.ready();
  row = await tinyRow();
});
afterAll(() => running.server.stop());

describe('POST /predict/batch', () => {
  it('scores rows in their order, by the flat trees and by ONNX Runtime alike', async () => {
    const { golden, features } = await tinyManifest();
    const named = golden.map((each) =>
      Object.fromEntries(features.map(({ name }, index) => [name, each.features[index] as number | null])),
    );
    for (const copies of [1, 40]) {
      const rows = Array.from({ length: copies }, () => named).flat();
      const response = await running.post('/predict/batch', rows);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-model-version')).toBe('v1');
      const scored = (await response.json()) as Scored[];
      expect(scored).toHaveLength(rows.length);
      for (const [index, { stockout_risk_score: score, stockout_risk_label: label }] of scored.entries()) {
        const expected = golden[index % golden.length]!.score;
        expect(Math.abs(score - expected)).toBeLessThan(1e-6);
        expect(label).toBe(expected >= 0.5 ? 1 : 0);
      }
    }
  });

  it('answers an empty array with an empty array', async () => {
    expect(await (await running.post('/predict/batch', [])).json()).toEqual([]);
  });

  it.each([1, 500])('is refused whole when row 1 of %s copies is wrong, which is named', async (copies) => {
    const rows: object[] = Array.from({ length: copies + 1 }, () => row);
    rows[1] = { ...row, price: 'dear' };
    const problem = await refused(running.post('/predict/batch', rows));
    expect(problem).toMatchObject({
      status: 422,
      errors: [{ field: '[1].price', message: 'must be a number, not a string' }],
    });
  });

  it('names a hundred wrong fields at most', async () => {
    const problem = await refused(
      running.post('/predict/batch', '['.concat(Array.from({ length: 3_000 }, () => '{}').join(), ']')),
    );
    expect(problem.errors).toHaveLength(100);
  });

  it.each([
    ['{}', '(body) must be an array of rows: POST /predict takes a single one'],
    ['1', '(body) must be an array of rows: POST /predict takes a single one'],
    ['[1]', "[0] must be an object with the model's features, not a number"],
    ['[[]]', "[0] must be an object with the model's features, not an array"],
    ['[null]', "[0] must be an object with the model's features, not null"],
  ])('answers 422 for %s', async (body, detail) => {
    expect(await refused(running.post('/predict/batch', body))).toMatchObject({ status: 422, detail });
  });

  it('answers 422 for a value of 10 MB, and names it', async () => {
    const problem = await refused(running.post('/predict/batch', [row, { ...row, promo: 'x'.repeat(1e7) }]));
    expect(problem.errors).toEqual([{ field: '[1].promo', message: 'must be a number, not a string' }]);
  });

  it.each([1, 500])('answers 400 for NaN in the last of %s rows, and names it', async (count) => {
    const rows = JSON.stringify(Array.from({ length: count }, () => row));
    const problem = await refused(
      running.post('/predict/batch', rows.replace(/"promo":1(?!.*"promo")/, '"promo":NaN')),
    );
    expect(problem).toMatchObject({ status: 400, errors: [{ field: `[${count - 1}].promo` }] });
    expect(problem.detail).toContain(`[${count - 1}].promo is NaN, which JSON does not have`);
  });

  // Parsed as one, this takes more memory than a thread has, and the process ends.
  it('answers 422 for 22 million empty objects, and lives on', async () => {
    const problem = await refused(running.post('/predict/batch', `[${'{},'.repeat(22_000_000)}{}]`));
    expect(problem.status).toBe(422);
    expect((await running.post('/predict/batch', [row])).status).toBe(200);
  });

  it.each(['', '[{', `[${' '.repeat(40_000)}`])('answers 400 for what is not JSON', async (body) => {
    expect((await refused(running.post('/predict/batch', body))).status).toBe(400);
  });

  it.each(['', '?explain=1', '', '?explain=true', ''])(
    'answers 400 for no body at all (%j)',
    async (query) => {
      expect((await refused(running.post(`/predict/batch${query}`, ''))).status).toBe(400);
    },
  );

  it('answers 413 beyond its limit', async () => {
    await using small = await RunningPredictor.ready({}, { batchBytes: 1_000_000 });
    const problem = await refused(small.post('/predict/batch', 'x'.repeat(10_000_000)));
    expect(problem).toMatchObject({
      status: 413,
      detail: /fewer rows at a time to \/predict\/batch/ as unknown,
    });
  });

  it('answers 503 for a batch whose worker ended, and scores the next in another', async () => {
    process.once('worker', endAtFirstBatch);
    await using broken = await RunningPredictor.ready();
    const rows = Array.from({ length: 300 }, () => row);
    const lost = await broken.post('/predict/batch', rows);
    expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await lost.json()) as object).toMatchObject({ detail: 'the batch was lost: send it again' });
    expect((await broken.post('/predict/batch', rows)).status).toBe(200);
    const metrics = await (await broken.get('/metrics', true)).text();
    expect(metrics).toContain('stockout_thread_losses_total{thread="batch"} 1\n');
  });

  it('answers 429 with Retry-After when too many wait', async () => {
    await using busy = await RunningPredictor.ready({}, { queuedBatches: 1 });
    const rows = Array.from({ length: 5_000 }, () => row);
    const answers = await Promise.all([1, 2, 3, 4].map(() => busy.post('/predict/batch', rows)));
    const turnedAway = answers.filter(({ status }) => status === 429);
    expect(answers.map(({ status }) => status)).toContain(200);
    expect(turnedAway.map(({ headers }) => headers.get('retry-after'))).toEqual(turnedAway.map(() => '1'));
    expect(turnedAway.length).toBeGreaterThan(0);
  });

  it('holds no memory after refused, broken and answered batches', async () => {
    const limits = { batchBytes: 100_000, heldBytes: 150_000 };
    await using small = await RunningPredictor.ready({}, limits);
    const rows = Array.from({ length: 200 }, () => row);
    for (let turn = 0; turn < 3; turn++) {
      using cut = await RawClient.connect(small.server.url);
      const head = 'POST /predict/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
      cut.send(`${head}Content-Length: 99999\r\n\r\n${' '.repeat(60_000)}`);
    }
    const refusal = async (): Promise<number> =>
      (await small.post('/predict/batch', 'x'.repeat(90_000))).status;
    for (let turn = 0; turn < 3; turn++) await expect.poll(refusal).toBe(400);
    await expect.poll(async () => (await small.post('/predict/batch', rows)).status).toBe(200);
  });
});

/** Ends the worker when it is handed a batch, as a crash would. */
function endAtFirstBatch(worker: Worker): void {
  const post = worker.postMessage.bind(worker) as (message: unknown) => void;
  worker.postMessage = (message: { kind?: string }): void => {
    if (message.kind === 'batch') void worker.terminate();
    else post(message);
  };
}
