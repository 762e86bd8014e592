import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, refused, RunningPredictor } from '../testing/running.ts';

let running: RunningPredictor;
let row: string;
beforeAll(async () => {
  running = await RunningPredictor.ready();
  row = JSON.stringify(await tinyRow());
});
afterAll(() => running.server.stop());

const HEAD = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const sized = (body: string, length = body.length): string =>
  `${HEAD}Content-Length: ${length}\r\n\r\n${body}`;
/** The status codes of all answers, in their order. */
const statuses = (received: string): number[] =>
  [...received.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

async function answersTo(sent: string, expected: number[]): Promise<RawClient> {
  const client = await RawClient.connect(running.server.url);
  client.send(sent);
  const all = new RegExp(expected.map((status) => `HTTP/1\\.1 ${status} [^]*`).join(''));
  expect(statuses(await client.receives(all))).toEqual(expected);
  return client;
}

describe('a caller who ends his half of the connection', () => {
  it('behind his request is answered, and hung up on', async () => {
    using client = await RawClient.connect(running.server.url);
    client.end(sized(row));
    expect(await client.receives(/stockout_risk_label/)).toMatch(/^HTTP\/1\.1 200 /);
    await eventually(() => client.closed);
  });

  it('behind a batch that the worker has is answered', async () => {
    using client = await RawClient.connect(running.server.url);
    const body = `[${`${row},`.repeat(500)}${row}]`;
    client.end(sized(body).replace('/predict', '/predict/batch'));
    expect(await client.receives(/\]$/)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('within the body is told so, and hung up on', async () => {
    using client = await RawClient.connect(running.server.url);
    client.end(sized(row, row.length + 1));
    expect(await client.receives(/\}$/)).toMatch(/^HTTP\/1\.1 400 [^]*the request ends half-way/);
    await eventually(() => client.closed);
  });

  it('without a word is hung up on', async () => {
    using client = await RawClient.connect(running.server.url);
    client.end('');
    await eventually(() => client.closed);
  });
});

it('a caller who goes on with nonsense behind a refused Expect gets one answer', async () => {
  using client = await RawClient.connect(running.server.url);
  client.send(`${HEAD}Expect: magic\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n`);
  await eventually(() => client.closed);
  expect(statuses(await client.receives(/$/))).toEqual([417]);
});

describe('a body that is not as long as it says', () => {
  it('and goes on is a request of its own from there: the first is answered, the rest is refused', async () => {
    using client = await answersTo(sized(`${row}garbage`, row.length), [200, 400]);
    await eventually(() => client.closed);
  });

  it.each([
    ['both a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked'],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4'],
    ['a list of lengths', 'Content-Length: 3, 3'],
    ['a length with a sign', 'Content-Length: +3'],
    ['a length beyond all numbers', `Content-Length: ${'9'.repeat(30)}`],
    ['chunks that are not the last coding', 'Transfer-Encoding: chunked, identity'],
    ['a coding that is none', 'Transfer-Encoding: xchunked'],
    ['a coding behind a tab', 'Transfer-Encoding:\x0bchunked'],
    ['a header without a name', ': chunked'],
    ['a header that goes on in the next line', 'Transfer-Encoding: x\r\n chunked'],
    ['a space before the colon', 'Content-Length : 3'],
  ])('by %s is refused, and what is smuggled behind it is no request', async (_, lines) => {
    using client = await RawClient.connect(running.server.url);
    client.send(`${HEAD}${lines}\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n`);
    await eventually(() => client.closed);
    expect(statuses(await client.receives(/$/))).toEqual([400]);
  });

  it.each(['xyz\r\n{}\r\n', 'ffffffffffffffffff\r\n{}', '-1\r\n{}', '2\r\n{}garbage'])(
    'in chunks like %j is refused',
    async (chunks) => {
      using client = await answersTo(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${chunks}`, [400]);
      await eventually(() => client.closed);
    },
  );
});

describe('a caller who takes what he can', () => {
  it('with 64 KB of headers is told that they are too large', async () => {
    using client = await answersTo(`${HEAD}X-Big: ${'x'.repeat(65_536)}\r\n\r\n`, [431]);
    await eventually(() => client.closed);
  });

  it('with 3,000 headers is answered, as with one', async () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `${at}:\r\n`).join('');
    using client = await RawClient.connect(running.server.url);
    client.send(`${HEAD}${lines}Content-Length: ${row.length}\r\n\r\n${row}`);
    expect(statuses(await client.receives(/HTTP\/1\.1 \d+ [^]*\}$/))[0]).toBeLessThan(500);
  });

  it('with a body that drips is told that it is late, however long it goes on', async () => {
    await using slow = await RunningPredictor.ready({}, { headersTimeoutMs: 100, requestTimeoutMs: 300 });
    using client = await RawClient.connect(slow.server.url);
    client.send(sized('', 60_000));
    const drip = setInterval(() => client.send(' '), 10);
    try {
      await client.receives(/^HTTP\/1\.1 408 /);
      await eventually(() => client.closed);
    } finally {
      clearInterval(drip);
    }
  });

  it('with headers that drip is told that they are late', async () => {
    await using slow = await RunningPredictor.ready({}, { headersTimeoutMs: 100, requestTimeoutMs: 300 });
    using client = await RawClient.connect(slow.server.url);
    client.send(HEAD);
    const drip = setInterval(() => client.send('X-A: b\r\n'), 10);
    try {
      await client.receives(/^HTTP\/1\.1 408 /);
      await eventually(() => client.closed);
    } finally {
      clearInterval(drip);
    }
  });

  it('who sends 2,000 requests and reads nothing gets all the answers once he reads', async () => {
    using client = await RawClient.connect(running.server.url);
    client.send(sized(row).repeat(2_000));
    await eventually(async () => statuses(await client.receives(/$/)).length === 2_000);
  });
});

/** Ten megabytes in ten kilobytes. */
const BOMB = new Uint8Array(gzipSync(Buffer.alloc(10_000_000, '[')));

/** Every route that reads JSON or text, with the type of its body. */
const BODIES: [path: string, type: string][] = [
  ['/predict', 'application/json'],
  ['/predict/batch', 'application/json'],
  ['/predict/batch', 'application/x-ndjson'],
  ['/predict/batch', 'text/csv'],
  ['/predict/batch', 'application/vnd.apache.arrow.stream'],
  ['/predict/history', 'application/json'],
  ['/invocations', 'application/json'],
  ['/invocations', 'text/csv'],
  ['/v2/models/tiny/infer', 'application/json'],
  ['/v2/models/tiny/infer', 'application/octet-stream'],
];

describe.each(BODIES)('%s with %s', (path, type) => {
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(running.server.url + path, { method: 'POST', body, headers: { 'content-type': type, ...headers } });

  it('does not unpack a gzip bomb', async () => {
    const answer = await post(BOMB, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(415);
    expect(await answer.text()).toContain('send the body without a Content-Encoding');
  });

  it.each(['[', '{"a":', '{"inputs":[', '[[[[],'])('refuses %s ten thousand times over', async (deep) => {
    const { status } = await post(deep.repeat(Math.floor(60_000 / deep.length)));
    expect([400, 422]).toContain(status);
  });

  it('refuses brackets that are closed as well, as deep as the body may be', async () => {
    const { status } = await post(`${'['.repeat(30_000)}${']'.repeat(30_000)}`);
    expect([400, 422]).toContain(status);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'is not misled by the key %s',
    async (name) => {
      const keyed = `{"${name}":{"price":1,"inputs":[],"rows":[]}}`;
      for (const body of [keyed, `[${keyed}]`, `${name}\n1\n`])
        expect([400, 422]).toContain((await post(body)).status);
      expect(Object.keys(Object.prototype)).toEqual([]);
      expect(({} as { price?: unknown }).price).toBeUndefined();
    },
  );
});

describe('keys that are there twice', () => {
  it('count with their last value, as JSON.parse has it', async () => {
    const { model } = await tinyManifest();
    const twice = row.replace('{', '{"price":"first",');
    const scored = (await (await running.post('/predict', row)).json()) as object;
    expect(await (await running.post('/predict', twice)).json()).toEqual(scored);
    expect(await (await running.post('/predict/batch', `[${twice}]`)).json()).toEqual([scored]);
    const table = await running.post('/invocations', `{"dataframe_records":[],"dataframe_records":[${row}]}`);
    expect(((await table.json()) as { predictions: number[] }).predictions).toHaveLength(1);
    const infer = running.post(`/v2/models/${model}/infer`, '{"inputs":[],"inputs":[{"name":"x"}]}');
    expect((await infer).status).toBe(400);
  });

  it('are refused in the place of a table that may be there once', async () => {
    const both = `{"dataframe_records":[${row}],"instances":[${row}]}`;
    expect([400, 422]).toContain((await refused(running.post('/invocations', both))).status);
  });
});

it('nothing of all that is worth a line in the log', () => {
  expect(running.log.map(({ message }) => message)).toEqual(['listening', 'ready']);
});
