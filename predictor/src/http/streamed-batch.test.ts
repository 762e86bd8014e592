import { once } from 'node:events';
import { connect } from 'node:net';
import type { Manifest } from '@stockout/contracts';
import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, refused, RunningPredictor } from '../testing/running.ts';

type Row = Record<string, number | null>;

interface Kind {
  type: string;
  write(rows: Row[]): Uint8Array;
  read(answer: Uint8Array): number[];
}

const lines = (answer: Uint8Array): string[] => Buffer.from(answer).toString().trimEnd().split('\n');
const NDJSON: Kind = {
  type: 'application/x-ndjson',
  write: (rows) => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
  read: (answer) =>
    lines(answer).map((line) => (JSON.parse(line) as { stockout_risk_score: number }).stockout_risk_score),
};
const CSV: Kind = {
  type: 'text/csv',
  write: (rows) => {
    const names = Object.keys(rows[0] as Row).toReversed();
    const cells = rows.map((row) => names.map((name) => String(row[name] ?? '')));
    return Buffer.from([names, ...cells].map((each) => `${each.join()}\r\n`).join(''));
  },
  read: (answer) => {
    const [header, ...rows] = lines(answer);
    expect(header).toBe('stockout_risk_score,stockout_risk_label');
    return rows.map((line) => Number(line.split(',')[0]));
  },
};
const ARROW: Kind = {
  type: 'application/vnd.apache.arrow.stream',
  write: (rows) => {
    const names = Object.keys(rows[0] as Row).toReversed();
    const columns = names.map((name) => [name, Float64Array.from(rows, (row) => row[name] ?? Number.NaN)]);
    return tableToIPC(tableFromArrays(Object.fromEntries(columns) as Record<string, Float64Array>), 'stream');
  },
  read: (answer) => [...(tableFromIPC(answer).getChild('stockout_risk_score') as Iterable<number>)],
};
const KINDS: [string, Kind][] = Object.entries({ NDJSON, CSV, Arrow: ARROW });

let running: RunningPredictor;
let golden: Manifest['golden'];
let rows: Row[];
beforeAll(async () => {
  running = await RunningPredictor.ready();
  const manifest = await tinyManifest();
  ({ golden } = manifest);
  rows = golden.map(({ features }) =>
    Object.fromEntries(manifest.features.map(({ name }, index) => [name, features[index] as number | null])),
  );
});
afterAll(() => running.server.stop());

function post(kind: Kind, body: Uint8Array, to = running): Promise<Response> {
  const headers = { 'content-type': kind.type };
  return fetch(`${to.server.url}/predict/batch`, { method: 'POST', headers, body: Buffer.from(body) });
}

/** So many rows, the golden ones over and over. */
const many = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => rows[index % rows.length] as Row);

function expectGolden(scores: number[], count: number): void {
  expect(scores).toHaveLength(count);
  for (const [index, score] of scores.entries()) {
    const difference = Math.abs(score - golden[index % golden.length]!.score);
    if (!(difference < 1e-6)) throw new Error(`row ${index} is off by ${difference}`);
  }
}

describe('POST /predict/batch of rows that stream', () => {
  it.each(KINDS)('scores %s, and answers in kind', async (_, kind) => {
    const response = await post(kind, kind.write(rows));
    expect(response.headers.get('content-type')).toBe(kind.type);
    expect(response.headers.get('x-model-version')).toBe('v1');
    expectGolden(kind.read(await response.bytes()), rows.length);
  });

  it.each(KINDS)('scores %s that is many times what may be held', async (_, kind) => {
    await using small = await RunningPredictor.ready({}, { batchBytes: 100_000, heldBytes: 400_000 });
    const body = Buffer.concat([kind.write(many(60_000))]);
    expect(body.length).toBeGreaterThan(4e6);
    const response = await post(kind, body, small);
    expect(response.headers.get('transfer-encoding')).toBe('chunked');
    expectGolden(kind.read(await response.bytes()), 60_000);
  });

  it.each(KINDS)('answers 422 for a wrong row of %s, naming row and field', async (_, kind) => {
    const wrong = [rows[0], { ...rows[1], price: null }] as Row[];
    const problem = await refused(post(kind, kind.write(wrong)));
    expect(problem).toMatchObject({ status: 422, errors: [{ field: '[1].price' }] });
    expect(problem.detail).toMatch(/^\[1\]\.price must be a number, not (null|empty|NaN)$/);
  });

  it.each([
    ['NDJSON', NDJSON, '{"price":', 'the body is not JSON: [0] Expected'],
    ['CSV', CSV, '', 'the body is not CSV: it is empty'],
    ['Arrow', ARROW, '{"price": 1}', 'the body is not an Arrow IPC stream: a message begins'],
  ])('answers 400 for what is not %s', async (_, kind, body, detail) => {
    const problem = await refused(post(kind, Buffer.from(body)));
    expect(problem.status).toBe(400);
    expect(problem.detail).toContain(detail.replace(' Expected', ''));
  });

  it('answers NDJSON without a row with nothing', async () => {
    const response = await post(NDJSON, new Uint8Array());
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('takes a charset that is UTF-8, and names the kinds that it takes', async () => {
    const body = Buffer.from(CSV.write(rows)).toString();
    expect(
      (await running.post('/predict/batch', body, { 'content-type': 'Text/CSV; charset=UTF-8' })).status,
    ).toBe(200);
    for (const type of ['text/csv; charset=latin1', 'text/plain'])
      expect(await refused(running.post('/predict/batch', body, { 'content-type': type }))).toMatchObject({
        status: 415,
        detail: expect.stringContaining('application/x-ndjson or text/csv or') as string,
      });
  });
});

const HEAD = 'Host: x\r\nContent-Type: application/x-ndjson\r\n';

describe('an answer that has begun when a row is wrong', () => {
  it.each(KINDS)('is broken off in %s: its reader sees no end', async (_, kind) => {
    const wrong = [...many(60_000), { ...rows[0], price: null }];
    const response = await post(kind, kind.write(wrong.concat(many(3_000)) as Row[]));
    expect(response.status).toBe(200);
    await expect(response.bytes()).rejects.toThrow('terminated');
    expect(running.log.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/^an answer was broken off: \[60000\]\.price must be/) as string,
    });
  });

  it('says why in its last line, and sends no last chunk', async () => {
    using client = await RawClient.connect(running.server.url);
    const body = Buffer.from(NDJSON.write([...many(6_000), { ...rows[0], price: null } as Row]));
    client.send(
      `POST /predict/batch HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n${body.toString('latin1')}`,
    );
    await eventually(() => client.closed);
    const answer = await client.receives(/^HTTP\/1.1 200/);
    expect(answer).toMatch(/\{"type":"about:blank",[^\n]*"field":"\[6000\]\.price"[^\n]*\}\n\r\n$/);
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  // HTTP/1.0 marks the end of an answer by hanging up: only a reset tells it from a whole one.
  it('resets the connection of HTTP/1.0', async () => {
    const socket = connect(Number(new URL(running.server.url).port), '127.0.0.1');
    const body = Buffer.from(NDJSON.write([...many(6_000), { ...rows[0], price: null } as Row]));
    socket.on('data', () => {});
    socket.write(`POST /predict/batch HTTP/1.0\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });
});

describe('a caller whose rows stream', () => {
  it('is hung up on when he sends, and does not read what he is answered', async () => {
    await using small = await RunningPredictor.ready({}, { heldBytes: 400_000, requestTimeoutMs: 300 });
    const socket = connect(Number(new URL(small.server.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    socket.write(`POST /predict/batch HTTP/1.1\r\n${HEAD}Content-Length: 1000000000\r\n\r\n`);
    const part = NDJSON.write(many(3_000));
    const send = (): void => {
      while (!socket.destroyed && socket.write(part));
    };
    socket.on('drain', send);
    send();
    await eventually(() => small.log.some(({ message }) => message.includes('the answer is not read')));
    await eventually(() => socket.destroyed || socket.errored !== null || !socket.writable);
    expect((await post(NDJSON, NDJSON.write(rows), small)).status).toBe(200);
    socket.destroy();
  });

  it('is answered 408 when he stops to send', async () => {
    await using small = await RunningPredictor.ready({}, { requestTimeoutMs: 200 });
    using client = await RawClient.connect(small.server.url);
    client.send(`POST /predict/batch HTTP/1.1\r\n${HEAD}Content-Length: 1000\r\n\r\n{`);
    await client.receives(/^HTTP\/1.1 408 [^]*the request did not arrive in time/);
    await eventually(() => client.closed);
  });

  it('may take longer than other requests as long as he goes on', async () => {
    await using small = await RunningPredictor.ready({}, { requestTimeoutMs: 500 });
    const part = NDJSON.write(many(1_000));
    async function* longer(): AsyncGenerator<Uint8Array, void> {
      const end = performance.now() + 1_500;
      while (performance.now() < end) yield part;
    }
    const init = { method: 'POST', headers: { 'content-type': NDJSON.type }, body: longer(), duplex: 'half' };
    const response = await fetch(`${small.server.url}/predict/batch`, init as RequestInit);
    const scores = NDJSON.read(await response.bytes());
    expectGolden(scores.slice(0, golden.length), golden.length);
    expect(scores.length % 1_000).toBe(0);
  });

  it('is answered 429 while as many stream as there is room for, and is taken once one has gone', async () => {
    await using small = await RunningPredictor.ready({}, { heldBytes: 400_000 });
    const others = await Promise.all(Array.from({ length: 4 }, () => RawClient.connect(small.server.url)));
    const body = NDJSON.write(rows);
    const status = async (): Promise<number> => (await post(NDJSON, body, small)).status;
    for (const other of others)
      other.send(`POST /predict/batch HTTP/1.1\r\n${HEAD}Content-Length: 99\r\n\r\n{`);
    await expect.poll(status).toBe(429);
    expect((await post(NDJSON, body, small)).headers.get('retry-after')).toBe('1');
    for (const other of others) other[Symbol.dispose]();
    await expect.poll(status).toBe(200);
    expect(small.log.filter(({ level }) => level !== 'info')).toEqual([]);
  });
});

it('scores the row of the documentation', async () => {
  const response = await post(CSV, CSV.write([await tinyRow()]));
  expect(CSV.read(await response.bytes())[0]).toBeCloseTo(0.99775, 5);
});
