import process from 'node:process';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VersionCopy } from '../testing/fixture.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

interface Prediction {
  store_id: string;
  product_id: string;
  date: string;
  stockout_risk_score: number;
  stockout_risk_label: number;
  features?: Record<string, number | null>;
}

/** Eight days, to 2025-03-08, of what sells ten a day and began with a hundred. */
function week(store: string, product = 'P1'): Record<string, unknown>[] {
  return Array.from({ length: 8 }, (_, index) => ({
    store_id: store,
    product_id: product,
    date: `2025-03-0${index + 1}`,
    price: 9.5,
    promo: 0,
    daily_sales: 10,
    inventory: 90 - 10 * index,
    stockout: 0,
  }));
}

let running: RunningPredictor;
beforeAll(async () => {
  running = await RunningPredictor.ready();
});
afterAll(() => running.server.stop());

describe('POST /predict/history', () => {
  it('scores each store and product as of its last day, as POST /predict scores those features', async () => {
    const rows = [...week('Zürich'), ...week('7').slice(0, 6)].toReversed();
    const response = await running.post('/predict/history?features=true', { rows });
    expect([response.status, response.headers.get('x-model-version')]).toEqual([200, 'v1']);
    const [first, second] = (await response.json()) as [Prediction, Prediction];
    expect(first).toMatchObject({ store_id: '7', product_id: 'P1', date: '2025-03-06' });
    expect(second).toMatchObject({ store_id: 'Zürich', product_id: 'P1', date: '2025-03-08' });
    expect(first.features).toMatchObject({
      inventory: 40,
      inv_lag_1: 50,
      sales_roll7_sum: 60,
      sales_lag_7: null,
    });
    expect(second.features).toMatchObject({
      inventory: 20,
      inv_lag_1: 30,
      sales_roll7_sum: 70,
      sales_lag_7: 10,
    });
    const { features, stockout_risk_score, stockout_risk_label } = second;
    const alone = await running.post('/predict', features);
    expect(await alone.json()).toEqual({ stockout_risk_score, stockout_risk_label });
  });

  it('takes an array of rows as well, numbers for keys, midnights for days, and lacking columns for unknown', async () => {
    const rows = week('7').map(({ stockout: _stockout, inventory: _inventory, ...row }) => ({
      ...row,
      store_id: 7,
      date: `${String(row['date'])}T00:00:00.000`,
    }));
    const answer = (await (await running.post('/predict/history', rows)).json()) as Prediction[];
    expect(answer).toEqual([
      {
        store_id: '7',
        product_id: 'P1',
        date: '2025-03-08',
        stockout_risk_score: expect.any(Number) as number,
        stockout_risk_label: expect.any(Number) as number,
      },
    ]);
  });

  it('explains a score as POST /predict explains it', async () => {
    const response = await running.post('/predict/history?explain=3&features=true', week('S1'));
    const [{ features, explanation }] = (await response.json()) as [Record<string, object>];
    const alone = await running.post('/predict?explain=3', features);
    expect(explanation).toEqual(((await alone.json()) as Record<string, object>)['explanation']);
    expect(explanation).toMatchObject({ sentence: expect.stringContaining('inventory') as string });
  });

  it('takes the example of /openapi.json', async () => {
    const { paths } = (await (await running.get('/openapi.json')).json()) as {
      paths: Record<string, { post: { requestBody: { content: Record<string, { example: unknown }> } } }>;
    };
    const { example } = paths['/predict/history']?.post.requestBody.content['application/json'] ?? {};
    expect((await running.post('/predict/history', example)).status).toBe(200);
  });

  const [first = {}] = week('S1');
  it.each<[string, unknown, string, string | RegExp]>([
    ['no rows', [], '(body)', /holds no row/],
    ['something else than rows', { rows: 7 }, 'rows', /must be an array/],
    ['a row that is none', { rows: [week('S1')] }, 'rows[0]', /not an array/],
    ['another member beside the rows', { rows: week('S1'), days: 7 }, 'days', /is not known here/],
    [
      'a column that the model does not know',
      [{ ...first, colour: 1 }],
      '[0].colour',
      /is not a column of this model/,
    ],
    ['a row without a product', [{ ...first, product_id: undefined }], '[0].product_id', 'is missing'],
    ['an empty store', [{ ...first, store_id: ' ' }], '[0].store_id', 'is empty'],
    [
      'text in the place of a number',
      [{ ...first, price: '9.5' }],
      '[0].price',
      /must be a number or null, not a string/,
    ],
    ['a price below nothing', [{ ...first, price: -1 }], '[0].price', 'is negative'],
    ['a flag of 7', [{ ...first, promo: 7 }], '[0].promo', 'is neither 0 nor 1'],
    ['a date in another format', [{ ...first, date: '01.03.2025' }], '[0].date', /must be a day/],
    ['a day that is in no calendar', [{ ...first, date: '2025-02-30' }], '[0].date', /must be a day/],
    ['a day twice', [...week('S1'), first], '[8]', 'has the store, product and day of [0]'],
    ['a row after asOf', { rows: week('S1'), asOf: '2025-03-07' }, 'rows[7]', /is of 2025-03-08, after asOf/],
    ['an asOf that is no day', { rows: week('S1'), asOf: 'today' }, 'asOf', /must be a day/],
    [
      'a series that ended long ago',
      { rows: week('S1'), asOf: '2025-06-01' },
      'rows[7]',
      /85 days before 2025-06-01/,
    ],
    ['a last day without a price', [{ ...first, price: null }], '[0]', /leaves price unknown/],
  ])('refuses %s, and names the place', async (_, body, field, message) => {
    const problem = await refused(running.post('/predict/history', body));
    expect(problem.status).toBe(422);
    expect(problem.errors?.[0]).toEqual({
      field,
      message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    });
  });

  it('says what is not JSON, and which query it takes', async () => {
    expect(await refused(running.post('/predict/history', '{"rows": ['))).toMatchObject({ status: 400 });
    expect(await refused(running.post('/predict/history?features=7', week('S1')))).toMatchObject({
      status: 422,
    });
  });

  it('refuses more rows than it takes at a time', async () => {
    await using small = await RunningPredictor.ready({}, { historyRows: 7 });
    const problem = await refused(small.post('/predict/history', week('S1')));
    expect(problem.errors?.[0]?.message).toMatch(/holds 8 rows, and at most 7/);
  });

  it('answers 429 while as many wait as may', async () => {
    await using small = await RunningPredictor.ready({}, { queuedHistories: 1 });
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => small.post('/predict/history', week('S1'))),
    );
    const codes = answers.map(({ status }) => status).toSorted();
    expect(codes).toEqual([200, 429, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('1');
  });

  it('says 409 where the features of a version cannot be made of raw rows', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest((manifest) => {
      manifest.raw = { set: 'Extended', columns: [{ name: 'store_id', source: 'store_id', kind: 'key' }] };
    });
    await using old = await RunningPredictor.ready({ model: copy.uri });
    expect(await (await old.get('/openapi.json')).text()).not.toContain('/predict/history');
    expect(await refused(old.post('/predict/history', week('S1')))).toMatchObject({
      status: 409,
      detail: expect.stringContaining('train the model again') as string,
    });
  });

  it('answers what takes the most memory that a body may, and lives on', async () => {
    for (const value of ['{}', '[]', '[[[]]]', '{"a":0}']) {
      const count = Math.floor((8 * 2 ** 20) / (value.length + 1)) - 1;
      const body = `[${`${value},`.repeat(count - 1)}${value}]`;
      expect((await refused(running.post('/predict/history', body))).status).toBe(422);
    }
    expect((await running.post('/predict/history', week('S1'))).status).toBe(200);
  });

  it('is started by its first request alone', async () => {
    const workers: Worker[] = [];
    const note = (worker: Worker): void => void workers.push(worker);
    process.on('worker', note);
    try {
      await using quiet = await RunningPredictor.ready();
      const before = workers.length;
      for (const _ of [1, 2]) expect((await quiet.post('/predict/history', week('S1'))).status).toBe(200);
      expect(workers.length).toBe(before + 1);
    } finally {
      process.off('worker', note);
    }
  });

  it('answers 503 for a history whose worker ended, and the next one in another', async () => {
    await using broken = await RunningPredictor.ready();
    process.once('worker', endAtFirstHistory);
    const lost = await broken.post('/predict/history', week('S1'));
    expect([lost.status, lost.headers.get('retry-after')]).toEqual([503, '1']);
    expect(broken.log.at(-1)?.message).toMatch(/the history worker ended/);
    expect((await broken.post('/predict/history', week('S1'))).status).toBe(200);
    const metrics = await (await broken.get('/metrics', true)).text();
    expect(metrics).toContain('stockout_thread_losses_total{thread="history"} 1\n');
  });

  it('answers 503 while its snapshot is damaged, says which file, and serves everything else', async () => {
    await using copy = await VersionCopy.make();
    await copy.swap('snapshot.parquet', Buffer.from('PAR1'));
    await copy.write('snapshot.parquet', 'PAR2');
    await copy.editManifest((manifest) => {
      manifest.raw = { set: 'Extended', columns: [{ name: 'store_id', source: 'store_id', kind: 'key' }] };
    });
    await using damaged = await RunningPredictor.ready({ model: copy.uri });
    const both = [1, 2].map(() => refused(damaged.post('/predict/history', week('S1'))));
    for (const each of await Promise.all(both)) expect(each.status).toBe(503);
    const errors = damaged.log.filter(({ level }) => level === 'error');
    // Once, for all that waited for it.
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/snapshot\.parquet is sha256:\w+, its manifest says/);
  });
});

/** Ends the worker when it is handed a history, as a crash would. */
function endAtFirstHistory(worker: Worker): void {
  worker.postMessage = () => void worker.terminate();
}
