import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { RunningPredictor } from '../testing/running.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the id of a request', () => {
  let running: RunningPredictor;
  beforeAll(async () => {
    running = await RunningPredictor.ready();
  });
  afterAll(() => running.server.stop());

  const idOf = async (path: string, headers: Record<string, string>, admin = false) => {
    const response = await fetch((admin ? running.server.adminUrl : running.server.url) + path, { headers });
    const text = await response.text();
    const problem = text.startsWith('{"type"') ? (JSON.parse(text) as { requestId: string }) : undefined;
    return [response.headers.get('x-request-id'), problem?.requestId];
  };

  it.each([
    ['/v2', false, false],
    ['/predict', false, true],
    ['/docs', false, false],
    ['/nothing', false, true],
    ['/livez', true, false],
    ['/shadow', true, true],
  ])('%s (admin port: %s) is the caller’s, in the answer and in a problem', async (path, admin, refused) => {
    expect(await idOf(path, { 'x-request-id': 'a-1/b' }, admin)).toEqual([
      'a-1/b',
      refused ? 'a-1/b' : undefined,
    ]);
  });

  it.each(['two words', '"', 'x'.repeat(129), ''])(
    '%j is not repeated: it gets one of ours',
    async (given) => {
      const [header, inProblem] = await idOf('/predict', { 'x-request-id': given });
      expect(header).toMatch(UUID);
      expect(inProblem).toBe(header);
    },
  );

  it('and the trace that it is of stand in the log', async () => {
    const row = JSON.stringify(await tinyRow());
    const headers = {
      'content-type': 'application/x-ndjson',
      'x-request-id': 'mine',
      traceparent: `00-${TRACE}-b7ad6b7169203331-00`,
    };
    // Wrong beyond the first megabyte: the answer has begun and is broken off.
    const body = `${`${row}\n`.repeat(6_000)}{}\n`;
    await running
      .post('/predict/batch', body, headers)
      .then((answer) => answer.text())
      .catch(() => {});
    expect(running.log.at(-1)).toMatchObject({
      level: 'warn',
      fields: { route: '/predict/batch', requestId: 'mine', traceId: TRACE },
    });
  });
});
