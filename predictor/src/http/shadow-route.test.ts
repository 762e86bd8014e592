import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RawClient } from '../testing/raw-client.ts';
import { refused, RunningPredictor } from '../testing/running.ts';
import { Impostor, rowsOf, score, tell } from '../testing/shadowing.ts';

describe('PUT /shadow', () => {
  let serving: RunningPredictor;

  beforeAll(async () => {
    serving = await RunningPredictor.ready();
  });

  afterAll(() => serving[Symbol.asyncDispose]());

  const right = { id: 'a', url: 'http://127.0.0.1:1' };

  it.each([
    ['another host', { ...right, url: 'http://example.com' }, 'url'],
    ['no URL', { id: 'a' }, 'url'],
    ['no id', { url: right.url }, 'id'],
    ['an id of any kind', { ...right, id: 'a b' }, 'id'],
    ['a share beyond 100', { ...right, percent: 101 }, 'percent'],
    ['a replay of parts', { ...right, replay: 1.5 }, 'replay'],
    ['more than is kept', { ...right, replay: 10_001 }, 'replay'],
    ['a version that is none', { ...right, version: 'latest' }, 'version'],
    ['what it does not know', { ...right, headers: {} }, '(body)'],
  ])('refuses %s, naming the field', async (_, request, field) => {
    const problem = await refused(tell(serving, 'PUT', request));
    expect(problem.status).toBe(422);
    expect(problem.errors?.map((each) => each.field)).toEqual([field]);
    expect((await refused(tell(serving, 'GET'))).status).toBe(404);
  });

  it('refuses what is no JSON, not called so, too large, and other methods', async () => {
    const url = `${serving.server.adminUrl}/shadow`;
    const send = (method: string, body: string, type: string): Promise<Response> =>
      fetch(url, { method, body, headers: { 'content-type': type } });
    expect((await refused(send('PUT', '{', 'application/json'))).status).toBe(400);
    expect((await refused(send('PUT', '{}', 'text/plain'))).status).toBe(415);
    expect((await refused(send('PUT', ' '.repeat(5_000), 'application/json'))).status).toBe(413);
    expect((await refused(send('POST', '{}', 'application/json'))).status).toBe(405);
  });

  it('is not an error of ours when its caller hangs up half-way', async () => {
    const running = await RunningPredictor.ready();
    using client = await RawClient.connect(running.server.adminUrl);
    client.send(
      'PUT /shadow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    // Answered behind it, so that it has arrived.
    await tell(running, 'GET');
    client[Symbol.dispose]();
    await running.server.stop();
    expect(running.log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('is not on the public port', async () => {
    const { status } = await fetch(`${serving.server.url}/shadow`, { method: 'PUT' });
    expect(status).toBe(404);
  });

  it('ends with the predictor, which stops while the candidate hangs', async () => {
    await using hanging = await Impostor.start(() => {});
    const stopping = await RunningPredictor.ready();
    await score(stopping, await rowsOf(3));
    await tell(stopping, 'PUT', { id: 'a', url: hanging.url });
    await stopping.server.stop();
    await expect(tell(stopping, 'GET')).rejects.toThrow();
  });
});
