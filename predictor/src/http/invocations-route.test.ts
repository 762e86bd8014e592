import type { Manifest } from '@stockout/contracts';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

type Row = Record<string, number | null>;

let running: RunningPredictor;
let golden: Manifest['golden'];
let names: string[];
let rows: Row[];
beforeAll(async () => {
  running = await RunningPredictor.ready();
  const manifest = await tinyManifest();
  ({ golden } = manifest);
  names = manifest.features.map(({ name }) => name);
  rows = golden.map(({ features }) =>
    Object.fromEntries(names.map((name, index) => [name, features[index] as number | null])),
  );
});
afterAll(() => running.server.stop());

const invoke = (body: unknown, type = 'application/json'): Promise<Response> =>
  running.post('/invocations', body, { 'content-type': type });
const columns = (): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
/** The columns in another order, and one that the model does not know. */
const split = (all = rows): object => ({
  columns: ['store', ...names.toReversed()],
  index: all.map((_, index) => `row ${index}`),
  data: all.map((row) => ['S1', ...names.toReversed().map((name) => row[name])]),
});

async function expectGolden(answer: Promise<Response>, copies = 1): Promise<void> {
  const response = await answer;
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  const { predictions, ...more } = (await response.json()) as { predictions: number[] };
  expect(more).toEqual({});
  expect(predictions).toHaveLength(golden.length * copies);
  for (const [index, score] of predictions.entries())
    expect(Math.abs(score - golden[index % golden.length]!.score)).toBeLessThan(1e-6);
}

describe('POST /invocations', () => {
  it('answers the risk of each row of a table, in each way that MLflow writes one', async () => {
    await expectGolden(invoke({ dataframe_split: split() }));
    await expectGolden(invoke({ dataframe_records: rows.map((row) => ({ ...row, store: 'S1' })) }));
    await expectGolden(invoke({ instances: rows }));
    await expectGolden(invoke({ inputs: columns() }));
    await expectGolden(invoke({ inputs: rows }));
    const cells = [names, ...rows.map((row) => names.map((name) => row[name] ?? ''))];
    await expectGolden(invoke(`${cells.map((line) => line.join()).join('\n')}\n`, 'text/csv'));
  });

  it('answers many rows as it answers few', async () => {
    const many = Array.from({ length: 100 }, () => rows).flat();
    await expectGolden(invoke({ dataframe_split: split(many) }), 100);
  });

  it('takes a single row of plain numbers, and truth values as 0 and 1', async () => {
    const row = await tinyRow();
    const expected = (await (await running.post('/predict', row)).json()) as { stockout_risk_score: number };
    const answer = invoke({ inputs: { ...row, promo: row['promo'] === 1 } });
    expect(await (await answer).json()).toEqual({ predictions: [expected.stockout_risk_score] });
  });

  it('passes over params and what it does not know, as MLflow does', async () => {
    await expectGolden(invoke({ params: { top: [1, {}] }, dataframe_split: split(), other: 'x' }));
  });

  it('reads the NaN of Python as a missing value', async () => {
    const body = JSON.stringify({ dataframe_split: split() }).replaceAll('null', 'NaN');
    expect(body).toContain('NaN');
    await expectGolden(invoke(body));
  });

  it.each([
    [
      {},
      '(body) must be an object with exactly one of dataframe_split, dataframe_records, instances, inputs: it has none',
    ],
    [[], '(body) must be an object with exactly one of'],
    [{ inputs: {}, instances: [] }, 'it has instances and inputs'],
    [{ dataframe_split: [] }, 'dataframe_split must be an object with columns and data'],
    [{ dataframe_split: { data: [] } }, 'dataframe_split must be an object with columns and data'],
    [
      { dataframe_split: { data: [], columns: [], rows: [] } },
      'dataframe_split.rows is none of columns, index and data',
    ],
    [{ dataframe_split: { data: [], columns: ['price'] } }, 'promo has no column'],
    [
      { dataframe_split: { data: [], columns: 'price' } },
      'dataframe_split.columns must be an array of names',
    ],
    [{ dataframe_records: {} }, 'dataframe_records must be an array of objects'],
    [{ dataframe_records: [{ price: 'dear' }] }, '[0].price must be a number, not a string'],
    [
      { instances: [[1, 2]] },
      '[0] must be an object, not an array: values without names could be of any feature',
    ],
    [{ inputs: 3 }, 'inputs must be an array of objects or an object of columns'],
    [{ inputs: { price: [1] } }, 'promo has no column'],
  ])('refuses %j in words, and in the members that MLflow has', async (body, detail) => {
    const problem = (await refused(invoke(body))) as unknown as Record<string, unknown>;
    expect(problem).toMatchObject({ status: 422, error_code: 'BAD_REQUEST', message: problem['detail'] });
    expect(problem['detail']).toContain(detail);
  });

  it.each([
    ['a value that is none', { price: [[1]] }, '[0].price must be a number, not an array'],
    ['null where it may not be', { price: [null] }, '[0].price must be a number, not null'],
    ['more values than others have', { sales_lag_1: [1, 2] }, 'sales_lag_1 has 2 values, and price 1'],
  ])('refuses columns with %s', async (_, change, detail) => {
    const one = Object.fromEntries(Object.entries(await tinyRow()).map(([name, value]) => [name, [value]]));
    expect((await refused(invoke({ inputs: { ...one, ...change } }))).detail).toContain(detail);
  });

  it('refuses a row of a split that is too short, and infinity', async () => {
    const columnsOnly = { columns: names, data: [[1, 2]] };
    expect((await refused(invoke({ dataframe_split: columnsOnly }))).detail).toBe(
      '[0] must be an array of 15 values, not 2 values',
    );
    const body = JSON.stringify({ inputs: await tinyRow() }).replace('"price":199', '"price":-Infinity');
    expect((await refused(invoke(body))).detail).toContain('price must be a finite 32-bit number');
  });

  it('refuses CSV that lacks a feature, naming it', async () => {
    expect((await refused(invoke('price,promo\n1,2\n', 'text/csv'))).detail).toMatch(
      /^daily_sales has no column/,
    );
  });

  it('answers 415 for another kind of body', async () => {
    expect(await refused(invoke('x', 'application/vnd.apache.parquet'))).toMatchObject({
      status: 415,
      detail: expect.stringContaining('application/json or text/csv') as string,
    });
  });

  it('answers 400 for what is not JSON, whatever it is', async () => {
    const good = JSON.stringify({ dataframe_split: split(rows.slice(0, 2)), params: { 'a"\\': [] } });
    const check = fc.asyncProperty(fc.nat(good.length - 1), async (length) => {
      const problem = await refused(invoke(good.slice(0, length)));
      expect([400, 422]).toContain(problem.status);
    });
    await fc.assert(check, { numRuns: 200 });
    for (const body of ['', '{', '{"inputs" 1}', '{"inputs": {}} x', 'nonsense', '{1}'])
      expect((await refused(invoke(body))).status).toBe(400);
  });

  // Parsed as one, these take more memory than a thread has, and the process ends.
  it.each(['[[],', '{"inputs":[{},', '{"dataframe_split":{"columns":[],"data":[[],'])(
    'lives on after tens of millions of empty values behind %s',
    async (start) => {
      const problem = await refused(
        invoke(start + (start.endsWith('{},') ? '{},' : '[],').repeat(15_000_000)),
      );
      expect([400, 422]).toContain(problem.status);
      expect((await running.get('/ping')).status).toBe(200);
    },
  );
});

describe('what MLflow asks before it scores', () => {
  it('is answered: /ping, and the release whose protocol it is', async () => {
    expect((await running.get('/ping')).status).toBe(200);
    expect(await (await running.get('/version')).text()).toMatch(/^\d+\.\d+\.\d+$/);
    expect((await refused(running.post('/ping', {}))).status).toBe(405);
  });

  it('is answered without a key, which /invocations needs', async () => {
    await using locked = await RunningPredictor.ready({ apiKeys: ['secret'] });
    expect((await locked.get('/ping')).status).toBe(200);
    const problem = await refused(locked.post('/invocations', { inputs: [] }));
    expect(problem).toMatchObject({ status: 401, error_code: 'UNAUTHENTICATED' });
  });

  it('is answered 503 before a version is served', async () => {
    await using empty = await RunningPredictor.start({ model: 'file:///nowhere' });
    expect((await refused(empty.get('/ping'))).status).toBe(503);
  });
});
