import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { Issuer } from '../testing/issuer.ts';
import { RunningPredictor } from '../testing/running.ts';

async function statusesOf(
  running: RunningPredictor,
  count: number,
  headers: Record<string, string> = {},
): Promise<number[]> {
  const statuses: number[] = [];
  const row = await tinyRow();
  for (let sent = 0; sent < count; sent++)
    statuses.push((await running.post('/predict', row, headers)).status);
  return statuses;
}

describe('a limit of one request a minute', () => {
  it('holds for each API key alone, on all scoring routes together, by HTTP and gRPC', async () => {
    await using running = await RunningPredictor.ready({ apiKeys: ['one', 'two'], rateLimitPerMinute: 1 });
    expect(await statusesOf(running, 2, { 'x-api-key': 'one' })).toEqual([200, 429]);
    expect(await statusesOf(running, 1, { 'x-api-key': 'two' })).toEqual([200]);
    const answer = await running.post('/predict/batch', [await tinyRow()], { 'x-api-key': 'one' });
    expect(answer.status).toBe(429);
    const wait = Number(answer.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect(await answer.text()).toContain(`each caller has 1 requests a minute: send it again in ${wait} s`);
    using caller = new GrpcCaller(running.server.grpcAddress, 'inference.GRPCInferenceService');
    await expect(caller.call('ModelInfer', {}, { 'x-api-key': 'one' })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    // Who is not let in uses up nothing of anybody.
    expect(await statusesOf(running, 3, { 'x-api-key': 'wrong' })).toEqual([401, 401, 401]);
    for (const open of ['/health', '/v2/health/ready', '/openapi.json'])
      for (let time = 0; time < 3; time++) expect((await running.get(open)).status).toBe(200);
  });

  it('holds for each subject, however many tokens it shows', async () => {
    await using issuer = await Issuer.start();
    await using running = await RunningPredictor.ready({ jwt: issuer.jwt, rateLimitPerMinute: 1 });
    const headers = async (sub: string, exp: number) => ({
      authorization: `Bearer ${await issuer.token({ sub, exp: Math.floor(Date.now() / 1000) + exp })}`,
    });
    expect(await statusesOf(running, 1, await headers('a', 100))).toEqual([200]);
    expect(await statusesOf(running, 1, await headers('a', 200))).toEqual([429]);
    expect(await statusesOf(running, 1, await headers('b', 100))).toEqual([200]);
  });

  it('holds for all callers together where nothing is asked of them, and is told in /openapi.json', async () => {
    await using running = await RunningPredictor.ready({ rateLimitPerMinute: 1 });
    expect(await statusesOf(running, 2)).toEqual([200, 429]);
    const { paths } = (await (await running.get('/openapi.json')).json()) as {
      paths: Record<string, { post: { responses: object } }>;
    };
    expect(Object.keys(paths['/predict']?.post.responses ?? {})).toContain('429');
  });
});
