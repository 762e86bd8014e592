import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TINY_URI, tinyRow } from '../testing/fixture.ts';
import { untilHanded } from '../testing/handed.ts';
import { RawClient } from '../testing/raw-client.ts';
import { eventually, RunningPredictor } from '../testing/running.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };

describe('a predictor that is told to stop', () => {
  it('is not ready at once, and still answers, closing each connection', async () => {
    const running = await RunningPredictor.ready({}, { drainMs: 1_000 });
    const stopped = running.server.stop();
    const readyz = await running.get('/readyz', true);
    expect([readyz.status, readyz.headers.get('retry-after')]).toEqual([503, '5']);
    const answer = await running.post('/predict', await tinyRow());
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    expect((await running.get('/health')).headers.get('connection')).toBe('close');
    await stopped;
    await expect(running.get('/livez')).rejects.toThrow();
  });

  it('ends the request under way before it ends itself', async () => {
    const running = await RunningPredictor.ready();
    const body = JSON.stringify(await tinyRow());
    using client = await RawClient.connect(running.server.url);
    client.send(
      `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`,
    );
    client.send(`Expect: 100-continue\r\n\r\n`);
    await client.receives(/100 Continue/);
    const stopped = running.server.stop();
    await eventually(async () => (await running.get('/livez').catch(() => undefined)) === undefined);
    client.send(body);
    expect(await client.receives(/stockout_risk_label/)).toMatch(/HTTP\/1.1 200 OK[^]*Connection: close/);
    await stopped;
  });

  it('ends the batch that its worker has before it ends itself', async () => {
    const handed = untilHanded('batch');
    const running = await RunningPredictor.ready();
    const row = await tinyRow();
    const rows = Array.from({ length: 20_000 }, () => row);
    const answer = running.post('/predict/batch', rows);
    await handed;
    await running.server.stop();
    const response = await answer;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    expect((await response.json()) as unknown[]).toHaveLength(rows.length);
  });

  it('breaks off what takes longer than the time it has', async () => {
    const running = await RunningPredictor.ready({}, { closeMs: 50 });
    using client = await RawClient.connect(running.server.url);
    client.send(
      'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await running.get('/livez');
    await running.server.stop();
    await eventually(() => client.closed);
  });

  it('fails no request of 16 busy callers, and exits 0 by SIGTERM', async () => {
    const child = fork(new URL('../testing/served.ts', import.meta.url), [TINY_URI]);
    const exited = once(child, 'exit');
    const [url] = (await once(child, 'message')) as [string];
    const statuses: number[] = [];
    const load = Promise.all(Array.from({ length: 16 }, () => postUntilClosing(url, statuses)));
    await eventually(() => statuses.length >= 100);
    child.kill('SIGTERM');
    await load;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await exited).toEqual([0, null]);
  });
});

/** As a caller behind a Service: some more requests meet the closing pod before the endpoints have spread. */
async function postUntilClosing(url: string, statuses: number[]): Promise<void> {
  const body = JSON.stringify(await tinyRow());
  for (let closing = 0; closing < 3;) {
    const response = await fetch(`${url}/predict`, { method: 'POST', headers: JSON_HEADERS, body });
    await response.arrayBuffer();
    statuses.push(response.status);
    if (response.headers.get('connection') === 'close') closing += 1;
  }
}
