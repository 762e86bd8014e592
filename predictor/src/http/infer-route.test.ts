import { describe, expect, it } from 'vitest';
import { RunningPredictor } from '../testing/running.ts';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';

const INFER = '/v2/models/tiny/infer';

async function aRow(): Promise<(number | null)[]> {
  return Object.values(await tinyRow());
}

/** One tensor of so many equal rows. */
async function rowsOf(count: number, parameters?: object) {
  const row = await aRow();
  const tensor = { name: 'x', datatype: 'FP32', shape: [count, row.length], parameters };
  const values = Array.from({ length: count }, () => row);
  return { json: { ...tensor, data: values }, tensor, values };
}

interface Answer {
  model_name: string;
  model_version: string;
  id?: string;
  error?: string;
  outputs: { name: string; datatype: string; shape: number[]; data: number[] }[];
}

async function infer(running: RunningPredictor, body: unknown, headers: Record<string, string> = {}) {
  const response = await running.post(INFER, body, headers);
  return { response, answer: (await response.json()) as Answer };
}

describe('POST /v2/models/{model}/infer', () => {
  it.each([1, 3, 700])('scores %i rows as /predict does', async (count) => {
    await using running = await RunningPredictor.ready();
    const predicted = (await (await running.post('/predict', await tinyRow())).json()) as Record<
      string,
      number
    >;
    const { json } = await rowsOf(count);
    const { answer, response } = await infer(running, { id: 'ä7', inputs: [json] });
    expect([response.status, response.headers.get('x-model-version')]).toEqual([200, 'v1']);
    const each = (name: string) => Array.from({ length: count }, () => predicted[name]);
    expect(answer).toEqual({
      model_name: 'tiny',
      model_version: 'v1',
      id: 'ä7',
      outputs: [
        { name: 'stockout_risk_score', datatype: 'FP32', shape: [count], data: each('stockout_risk_score') },
        { name: 'stockout_risk_label', datatype: 'INT32', shape: [count], data: each('stockout_risk_label') },
      ],
    });
  });

  it.each([2, 700])('takes and gives %i rows as binary tensors', async (count) => {
    await using running = await RunningPredictor.ready();
    const { json, values, tensor } = await rowsOf(count);
    const data = new Uint8Array(Float32Array.from(values.flat(), (value) => value ?? NaN).buffer);
    const input = { ...tensor, parameters: { binary_data_size: data.length } };
    const head = Buffer.from(JSON.stringify({ inputs: [input], parameters: { binary_data_output: true } }));
    const response = await fetch(running.server.url + INFER, {
      method: 'POST',
      body: Buffer.concat([head, data]),
      headers: {
        'inference-header-content-length': String(head.length),
        'content-type': 'application/octet-stream',
      },
    });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    const body = Buffer.from(await response.arrayBuffer());
    const end = Number(response.headers.get('inference-header-content-length'));
    const { outputs } = JSON.parse(body.toString('utf8', 0, end)) as Answer;
    const parameters = { binary_data_size: 4 * count };
    expect(outputs).toEqual([
      { name: 'stockout_risk_score', datatype: 'FP32', shape: [count], parameters },
      { name: 'stockout_risk_label', datatype: 'INT32', shape: [count], parameters },
    ]);
    const scores = Array.from({ length: count }, (_, row) => body.readFloatLE(end + 4 * row));
    const labels = Array.from({ length: count }, (_, row) => body.readInt32LE(end + 4 * (count + row)));
    const { answer } = await infer(running, { inputs: [json] });
    expect([scores, labels]).toEqual(answer.outputs.map((output) => output.data));
  });

  it('takes the example of /openapi.json', async () => {
    await using running = await RunningPredictor.ready();
    const { paths } = (await (await running.get('/openapi.json')).json()) as {
      paths: Record<string, { post: { requestBody: { content: Record<string, { example: object }> } } }>;
    };
    const example = paths[INFER]?.post.requestBody.content['application/json']?.example;
    const { response, answer } = await infer(running, example);
    expect([response.status, answer.id]).toEqual([200, '1']);
    expect(Object.keys(paths).filter((path) => path.startsWith('/v2'))).toHaveLength(9);
  });

  it('counts the rows and the request', async () => {
    await using running = await RunningPredictor.ready();
    await infer(running, { inputs: [(await rowsOf(3)).json] });
    const metrics = await (await running.get('/metrics', true)).text();
    expect(metrics).toMatch(/stockout_predictions_total\{model="default\/tiny",version="v1",label="\d"\} 3/);
    expect(metrics).toContain(
      'http_request_duration_seconds_count{route="/v2/models/{model}/infer",code="200"} 1',
    );
  });

  it.each([
    [
      'a shape that lies',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 15], data: [1] }] },
      400,
      'has less data than its shape says',
    ],
    ['what is not JSON', '{"inputs":', 400, 'the request is not JSON'],
  ])('refuses %s with the error that the clients read', async (_, body, status, why) => {
    await using running = await RunningPredictor.ready();
    const { response, answer } = await infer(running, body);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
    expect(answer.error).toContain(why);
  });

  it('refuses in the worker as it does without it', async () => {
    await using running = await RunningPredictor.ready();
    const { json } = await rowsOf(700);
    const { response, answer } = await infer(running, { inputs: [{ ...json, shape: [701, 15] }] });
    expect([response.status, answer.error]).toEqual([
      400,
      'the input "x" (FP32 [701, 15]) has only 10500 elements',
    ]);
  });

  it('refuses another model, another version, no key, and too much', async () => {
    await using running = await RunningPredictor.ready({ apiKeys: ['k'] }, { batchBytes: 1_000 });
    const headers = { 'x-api-key': 'k' };
    const statusOf = async (path: string, body: string, given = headers): Promise<[number, string]> => {
      const response = await running.post(path, body, given);
      return [response.status, ((await response.json()) as Answer).error ?? ''];
    };
    expect(await statusOf('/v2/models/other/infer', '{}')).toEqual([
      404,
      'there is no such model here: it is tiny, version v1',
    ]);
    expect(await statusOf('/v2/models/tiny/versions/1/infer', '{}')).toEqual([
      404,
      'tiny is served in version v1 only',
    ]);
    expect(await statusOf(INFER, '{}', { 'x-api-key': 'x' })).toEqual([
      401,
      'send a valid API key in the X-API-Key header',
    ]);
    expect((await statusOf(INFER, ' '.repeat(1_001)))[0]).toBe(413);
    expect(
      await statusOf(INFER, '{}', { ...headers, 'inference-header-content-length': 'x' } as typeof headers),
    ).toEqual([
      400,
      'Inference-Header-Content-Length must be the number of bytes of the JSON in front of the binary data',
    ]);
  });
});

describe('the health and metadata routes of the Open Inference Protocol', () => {
  it('describe server and model, and need no key', async () => {
    await using running = await RunningPredictor.ready({ apiKeys: ['k'] });
    const read = async (path: string): Promise<unknown> => (await running.get(path)).json();
    expect(await read('/v2')).toEqual({
      name: 'stockout',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      extensions: ['binary_tensor_data'],
    });
    expect(await read('/v2/health/live')).toEqual({ live: true });
    expect(await read('/v2/health/ready')).toEqual({ ready: true });
    expect(await read('/v2/models/tiny/versions/v1/ready')).toEqual({ name: 'tiny', ready: true });
    const { features } = await tinyManifest();
    const metadata = await read('/v2/models/tiny');
    expect(metadata).toMatchObject({
      name: 'tiny',
      versions: ['v1'],
      inputs: features.map(({ name }) => ({ name, datatype: 'FP32', shape: [-1] })),
    });
    expect(await read('/v2/models/tiny/versions/v1')).toEqual(metadata);
    expect((await running.get('/v2/models/tiny/versions/v2')).status).toBe(404);
    expect((await running.get('/v2/models/other/ready')).status).toBe(404);
  });

  it('say that it is not ready while it stops', async () => {
    await using running = await RunningPredictor.ready({}, { drainMs: 1_000 });
    const stopped = running.server.stop();
    const statusOf = async (path: string): Promise<number> => (await running.get(path)).status;
    expect(await statusOf('/v2/health/live')).toBe(200);
    expect([await statusOf('/v2/health/ready'), await statusOf('/v2/models/tiny/ready')]).toEqual([503, 503]);
    await stopped;
  });
});
