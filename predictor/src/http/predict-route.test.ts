import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { RawClient } from '../testing/raw-client.ts';
import { refused, RunningPredictor } from '../testing/running.ts';

interface Scored {
  stockout_risk_score: number;
  stockout_risk_label: number;
}

let running: RunningPredictor;
let row: Record<string, number | null>;
beforeAll(async () => {
  running = await RunningPredictor.ready({}, { predictBytes: 4_096 });
  row = await tinyRow();
});
afterAll(() => running.server.stop());

async function requestId(given?: string): Promise<string | null> {
  const headers: Record<string, string> = given === undefined ? {} : { 'x-request-id': given };
  return (await running.post('/predict', row, headers)).headers.get('x-request-id');
}

describe('POST /predict', () => {
  it("answers XGBoost's score, the label and the version", async () => {
    const response = await running.post('/predict', row);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-model-version')).toBe('v1');
    const scored = (await response.json()) as Scored;
    expect(Math.abs(scored.stockout_risk_score - 0.9977509379386902)).toBeLessThan(1e-7);
    expect(scored.stockout_risk_label).toBe(1);
  });

  it('keeps a request id, and makes one where none or a strange one is given', async () => {
    expect(await requestId('order-17')).toBe('order-17');
    expect(await requestId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(await requestId('a b')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['nothing', ''],
    ['half a row', '{"price": 1,'],
    ['a hundred thousand brackets', '['.repeat(4_000)],
  ])('answers 400 for %s', async (_, body) => {
    const problem = await refused(running.post('/predict', body));
    expect(problem).toMatchObject({
      status: 400,
      title: 'Bad Request',
      detail: /^the body is not JSON: / as unknown,
    });
  });

  it.each([
    ['a missing field', { price: undefined }, [{ field: 'price', message: 'is missing' }]],
    ['an extra field', { colour: 3 }, [{ field: 'colour', message: 'is not a feature of this model' }]],
    ['a string', { promo: '1' }, [{ field: 'promo', message: 'must be a number, not a string' }]],
    [
      'null where it is not nullable',
      { price: null },
      [{ field: 'price', message: 'must be a number, not null' }],
    ],
    [
      'an array',
      { inventory: [1] },
      [{ field: 'inventory', message: 'must be a number or null, not an array' }],
    ],
    [
      'two wrong fields',
      { price: true, promo: {} },
      [
        { field: 'price', message: 'must be a number, not a boolean' },
        { field: 'promo', message: 'must be a number, not an object' },
      ],
    ],
  ])('answers 422 for %s and names it', async (_, change, errors) => {
    const problem = await refused(running.post('/predict', { ...row, ...change }));
    expect(problem).toMatchObject({ status: 422, errors });
    expect(problem.detail).toContain(errors[0]!.field);
  });

  it.each(['1e400', '-1e400', '1e39'])('answers 422 for the value %s', async (value) => {
    const body = JSON.stringify({ ...row, price: 0 }).replace('"price":0', `"price":${value}`);
    const problem = await refused(running.post('/predict', body));
    expect(problem.errors).toEqual([
      { field: 'price', message: 'must be a finite 32-bit number (at most 3.4e38)' },
    ]);
  });

  it.each(['NaN', 'Infinity', '-Infinity'])(
    'answers 400 for the value %s and names its field',
    async (value) => {
      const body = JSON.stringify({ ...row, inventory: 0 }).replace('"inventory":0', `"inventory":${value}`);
      const problem = await refused(running.post('/predict', body));
      const message = `is ${value}, which JSON does not have: send a number, or null where it may be missing`;
      expect(problem).toMatchObject({
        status: 400,
        detail: `the body is not JSON: inventory ${message}`,
        errors: [{ field: 'inventory', message }],
      });
    },
  );

  it('passes over a byte order mark, and keeps -0 a number', async () => {
    const body = JSON.stringify({ ...row, price: 0 }).replace('"price":0', '"price":-0');
    expect((await running.post('/predict', `\uFEFF${body}`)).status).toBe(200);
  });

  it.each(['[]', '1', '"row"', 'null', 'true'])('answers 422 for %s instead of a row', async (body) => {
    expect((await refused(running.post('/predict', body))).status).toBe(422);
  });

  it('is not misled by a __proto__ key', async () => {
    const body = JSON.stringify(row).replace('{', '{"__proto__": {"price": 1}, ');
    const problem = await refused(running.post('/predict', body));
    expect(problem.errors).toEqual([{ field: '__proto__', message: 'is not a feature of this model' }]);
  });

  it('takes the last of two equal keys, as JSON.parse does', async () => {
    const body = JSON.stringify(row).replace('{', '{"price": "first", ');
    expect((await running.post('/predict', body)).status).toBe(200);
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1'])(
    'answers 415 for the content type %s',
    async (type) => {
      const body = new TextEncoder().encode(JSON.stringify(row));
      const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
      const answer = fetch(`${running.server.url}/predict`, { method: 'POST', body, headers });
      expect((await refused(answer)).status).toBe(415);
    },
  );

  it('takes JSON declared as UTF-8', async () => {
    const response = await running.post('/predict', row, {
      'content-type': 'Application/JSON; charset="UTF-8"',
    });
    expect(response.status).toBe(200);
  });

  it('answers 415 for a compressed body', async () => {
    const problem = await refused(running.post('/predict', row, { 'content-encoding': 'gzip' }));
    expect(problem.detail).toContain('Content-Encoding');
  });

  it('answers 405 and names the method for all others', async () => {
    const answer = fetch(`${running.server.url}/predict`, { method: 'PUT', body: '{}' });
    expect((await refused(answer)).status).toBe(405);
    expect((await running.get('/predict')).headers.get('allow')).toBe('POST');
  });

  it('answers 400 for a query parameter that it does not know', async () => {
    expect((await refused(running.post('/predict?depth=3', row))).status).toBe(400);
  });

  it('answers 413 for a declared length beyond the limit, and lives on', async () => {
    const problem = await refused(running.post('/predict', 'x'.repeat(10_000_000)));
    expect(problem).toMatchObject({ status: 413, detail: /4096 bytes/ as unknown });
    expect((await running.post('/predict', row)).status).toBe(200);
  });

  it('answers 413 for a chunked body as soon as it is beyond the limit', async () => {
    using client = await RawClient.connect(running.server.url);
    client.send(
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    // 5 chunks of 1,000 bytes, and no end.
    client.send(`3e8\r\n${' '.repeat(1_000)}\r\n`.repeat(5));
    await client.receives(/^HTTP\/1.1 413 /);
  });

  it('hangs up on a caller who goes on sending what was refused', async () => {
    using client = await RawClient.connect(running.server.url);
    client.send(
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    await client.receives(/^HTTP\/1.1 415 /);
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    await client.sendUntilClosed(chunk, 2_000);
  });
});
