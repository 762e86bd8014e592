import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, RunningPredictor } from '../testing/running.ts';

describe('a caller who is too slow', () => {
  it.each([
    ['its headers', 'POST /predict HTTP/1.1\r\nHost: x\r\nX-Slow'],
    [
      'its body',
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    ],
  ])('with %s is answered 408 and hung up on', async (_, half) => {
    await using running = await RunningPredictor.ready({}, { headersTimeoutMs: 100, requestTimeoutMs: 200 });
    using client = await RawClient.connect(running.server.url);
    client.send(half);
    expect(await client.receives(/^HTTP\/1.1 408 [^]*\}$/)).toContain('application/problem+json');
    await eventually(() => client.closed);
    // On a busy machine this caller too may take longer than these limits.
    await eventually(async () => (await running.get('/livez')).status === 200);
  });
});

describe('a caller who speaks HTTP in a way of his own', () => {
  let running: RunningPredictor;
  beforeAll(async () => {
    running = await RunningPredictor.ready();
  });
  afterAll(() => running.server.stop());

  it.each([
    ['no HTTP at all', 'good morning', 400, 'this is not an HTTP request: Invalid method encountered'],
    [
      'a length that is none',
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: x',
      400,
      'Invalid character in Content-Length',
    ],
    [
      'two lengths',
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2',
      400,
      'Duplicate Content-Length',
    ],
    [
      'a length and chunks',
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked',
      400,
      "can't be present",
    ],
    [
      'huge headers',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}`,
      431,
      'the headers are larger than the 16 KiB that are read',
    ],
    ['an unknown Expect', 'POST /predict HTTP/1.1\r\nHost: x\r\nExpect: magic', 417, 'leave it out'],
  ])('with %s is told so and hung up on', async (_, head, status, detail) => {
    using client = await RawClient.connect(running.server.url);
    client.send(`${head}\r\n\r\n`);
    const answer = await client.receives(/"detail":".*"\}/);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*application/problem\\+json`));
    expect(answer).toContain(detail);
    await eventually(() => client.closed);
  });

  it('takes a request target with scheme and host', async () => {
    using client = await RawClient.connect(running.server.url);
    const body = JSON.stringify(await tinyRow());
    client.send(`POST http://x/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`);
    client.send(`Content-Length: ${body.length}\r\n\r\n${body}`);
    await client.receives(/^HTTP\/1.1 200 /);
  });

  it('answers pipelined requests in their order, good and bad', async () => {
    using client = await RawClient.connect(running.server.url);
    const good = JSON.stringify(await tinyRow());
    client.send([good, '{}', good, '{', good].map(post).join(''));
    const received = await client.receives(/(stockout_risk_label[^]*){3}/);
    expect([...received.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '422',
      '200',
      '400',
      '200',
    ]);
  });

  it('is not waited for once he has gone', async () => {
    const body = JSON.stringify(await tinyRow());
    for (const sent of ['{', body]) {
      using client = await RawClient.connect(running.server.url);
      client.send(`POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`);
      client.send(`Content-Length: ${body.length}\r\n\r\n${sent}`);
    }
    expect((await running.post('/predict', body)).status).toBe(200);
    expect(running.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

function post(body: string): string {
  const head = 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}
