import type { Prediction, Problem } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN_KEY_HEADER, goldenKeyOf } from '../auth/golden-key.ts';
import { tinyManifest } from '../testing/fixture.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

type Row = Record<string, number | null>;

const INFER = '/v2/models/tiny/infer';
let running: RunningPredictor;
let rows: Row[];
let names: string[];
/** What /predict says of each row with ?explain=2. */
let expected: Prediction[];
beforeAll(async () => {
  running = await RunningPredictor.ready();
  const { golden, features } = await tinyManifest();
  names = features.map(({ name }) => name);
  rows = golden.map((each) =>
    Object.fromEntries(names.map((name, index) => [name, each.features[index] as number | null])),
  );
  const asked = rows.map((row) => running.post('/predict?explain=2', row));
  expected = await Promise.all(asked.map(async (each) => (await (await each).json()) as Prediction));
});
afterAll(() => running.server.stop());

const explanations = () => expected.map(({ explanation }) => explanation);
const scores = () => expected.map(({ stockout_risk_score: score }) => score);
const values = () => rows.map((row) => names.map((name) => row[name] ?? null));
const csv = () => [names, ...values()].map((cells) => `${cells.map((cell) => cell ?? '').join()}\n`).join('');

describe('?explain on /invocations', () => {
  it.each(['dataframe_split', 'dataframe_records', 'instances', 'inputs', 'CSV'])(
    'puts explanations beside the predictions for %s, as /predict gives them',
    async (kind) => {
      const columns = Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
      const bodies: Record<string, unknown> = {
        dataframe_split: { columns: names, data: values() },
        dataframe_records: rows,
        instances: rows,
        inputs: columns,
      };
      const answer =
        kind === 'CSV'
          ? await running.post('/invocations?explain=2', csv(), { 'content-type': 'text/csv' })
          : await running.post('/invocations?explain=2', { [kind]: bodies[kind] });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ predictions: scores(), explanations: explanations() });
    },
  );

  it('explains no rows with no explanations', async () => {
    const answer = await running.post('/invocations?explain=true', { dataframe_records: [] });
    expect([answer.status, await answer.json()]).toEqual([200, { predictions: [], explanations: [] }]);
  });

  it('refuses more rows than are explained at a time, and what ?explain does not take', async () => {
    const data = Array.from({ length: 10_001 }, () => names.map(() => 1));
    const body = { dataframe_split: { columns: names, data } };
    expect(await refused(running.post('/invocations?explain=1', body))).toMatchObject({
      status: 422,
      error_code: 'BAD_REQUEST',
      errors: [{ message: /has 10001 rows, and 10000 are explained/ as unknown }],
    });
    const wrong = await refused(running.post('/invocations?explain=many', { instances: rows }));
    expect(wrong).toMatchObject({ status: 422, errors: [{ field: '?explain' }] });
  });
});

interface Tensor {
  name: string;
  datatype: string;
  shape: number[];
  parameters?: { binary_data_size?: number; content_type?: string };
  data?: string[];
}

async function infer(query: string, more: object = {}) {
  const input = { name: 'rows', datatype: 'FP32', shape: [rows.length, names.length], data: values() };
  return running.post(INFER + query, { inputs: [input], ...more });
}

describe('?explain on /v2/models/{model}/infer', () => {
  it('adds an output of JSON texts, as /predict explains each row', async () => {
    const { outputs } = (await (await infer('?explain=2')).json()) as { outputs: Tensor[] };
    expect(outputs.map(({ name }) => name)).toEqual([
      'stockout_risk_score',
      'stockout_risk_label',
      'explanation',
    ]);
    const { data, ...head } = outputs[2] as Tensor;
    const parameters = { content_type: 'str' };
    expect(head).toEqual({ name: 'explanation', datatype: 'BYTES', shape: [rows.length], parameters });
    expect(data?.map((text) => JSON.parse(text) as object)).toEqual(explanations());
  });

  it('adds it behind the outputs that are asked for', async () => {
    const outputs = [{ name: 'stockout_risk_label', parameters: { binary_data: false } }];
    const answer = (await (await infer('?explain=2', { outputs })).json()) as { outputs: Tensor[] };
    expect(answer.outputs.map(({ name }) => name)).toEqual(['stockout_risk_label', 'explanation']);
  });

  it('gives it as binary data where that is asked of all outputs, a length in front of each text', async () => {
    const response = await infer('?explain=2', { parameters: { binary_data_output: true } });
    const body = Buffer.from(await response.arrayBuffer());
    const end = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(body.toString('utf8', 0, end)) as { outputs: Tensor[] };
    const texts: unknown[] = [];
    const begin = end + 8 * rows.length;
    let at = begin;
    while (at < body.length) {
      const length = body.readUInt32LE(at);
      texts.push(JSON.parse(body.toString('utf8', at + 4, at + 4 + length)));
      at += 4 + length;
    }
    expect(texts).toEqual(explanations());
    expect(outputs[2]?.parameters).toEqual({ content_type: 'str', binary_data_size: at - begin });
  });

  it('adds nothing when it is false, and counts what it explains', async () => {
    await using counted = await RunningPredictor.ready();
    const input = { name: 'rows', datatype: 'FP32', shape: [1, names.length], data: values()[0] };
    const plain = await counted.post(`${INFER}?explain=false`, { inputs: [input] });
    expect(((await plain.json()) as { outputs: Tensor[] }).outputs).toHaveLength(2);
    await counted.post(`${INFER}?explain=true`, { inputs: [input] });
    const metrics = await (await counted.get('/metrics', true)).text();
    expect(metrics).toMatch(/stockout_predictions_total\{model="default\/tiny",version="v1",label="\d"\} 2/);
  });

  it('refuses more rows than are explained at a time, and what ?explain does not take', async () => {
    const shape = [10_001, names.length];
    const data = Array.from({ length: shape[0]! * shape[1]! }, () => 1);
    const inputs = [{ name: 'rows', datatype: 'FP32', shape, data }];
    const many = await running.post(`${INFER}?explain=1`, { inputs });
    expect([many.status, ((await many.json()) as { error: string }).error]).toEqual([
      400,
      'the request has 10001 rows, and 10000 are explained at a time: send fewer, or leave out ?explain',
    ]);
    const wrong = await infer('?explain=0');
    expect(wrong.headers.get('content-type')).toBe('application/json');
    expect((await wrong.json()) as Problem).toMatchObject({ status: 422, errors: [{ field: '?explain' }] });
  });
});

const NDJSON = { 'content-type': 'application/x-ndjson' };
const lines = (count: number) =>
  Array.from({ length: count }, (_, at) => `${JSON.stringify(rows[at % rows.length])}\n`).join('');

describe('?explain on /predict/batch', () => {
  it.each([1, 5_000])('explains %i lines of NDJSON, a part at a time', async (count) => {
    const answer = await running.post('/predict/batch?explain=2', lines(count), NDJSON);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const said = (await answer.text()).trimEnd().split('\n');
    expect(said).toHaveLength(count);
    for (const [at, line] of said.entries()) expect(JSON.parse(line)).toEqual(expected[at % expected.length]);
  });

  it('hands the worker no more lines than it explains in a moment', async () => {
    await using counted = await RunningPredictor.ready();
    const body = lines(2_000);
    const answer = await counted.post('/predict/batch?explain=1', body, NDJSON);
    expect((await answer.text()).split('\n')).toHaveLength(2_001);
    const metrics = await (await counted.get('/metrics', true)).text();
    const parts = Number(/^stockout_prediction_duration_seconds_count\S* (\d+)$/m.exec(metrics)?.[1]);
    // A part has less than 64 KiB, and what lay ready behind it: twice as much at the most. Without ?explain all this is one.
    expect(parts).toBeGreaterThanOrEqual(Math.ceil(body.length / (192 * 1024)));
    expect(body.length).toBeGreaterThan(400 * 1024);
  });

  it('answers NDJSON without rows with none, and names a line that is wrong', async () => {
    const none = await running.post('/predict/batch?explain=true', '\n', NDJSON);
    expect([none.status, await none.text()]).toEqual([200, '']);
    const dear = JSON.stringify({ ...rows[0], price: 'dear' });
    const wrong = running.post('/predict/batch?explain=true', `${lines(1)}${dear}\n`, NDJSON);
    expect(await refused(wrong)).toMatchObject({ status: 422, errors: [{ field: '[1].price' }] });
  });
});

it('is closed to a golden key, which opens /predict without it and no other route', async () => {
  await using guarded = await RunningPredictor.ready({ apiKeys: ['secret'] });
  const headers = { [GOLDEN_KEY_HEADER]: goldenKeyOf(await tinyManifest()) };
  expect((await guarded.post('/predict', rows[0], headers)).status).toBe(200);
  for (const path of ['/invocations', INFER, '/predict/batch', '/predict/history'])
    for (const query of ['', '?explain=true'])
      expect((await guarded.post(path + query, {}, headers)).status, path + query).toBe(401);
  expect((await guarded.post('/predict?explain=true', rows[0], headers)).status).toBe(401);
});
