import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { RunningPredictor } from '../testing/running.ts';
import { FlatTrees } from '../trees/flat-trees.ts';

const SERVICE = 'inference.GRPCInferenceService';
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function inferRequest(): Promise<object> {
  const row = Object.values(await tinyRow()).map((value) => value ?? Number.NaN);
  const input = { name: 'x', datatype: 'FP32', shape: [1, row.length] };
  const raw = new Uint8Array(Float32Array.from(row).buffer);
  return { model_name: 'tiny', inputs: [input], raw_input_contents: [raw] };
}

describe('the id of a gRPC call', () => {
  let running: RunningPredictor;
  let caller: GrpcCaller;
  beforeEach(async () => {
    running = await RunningPredictor.ready({ apiKeys: ['k'] });
    caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
  });
  afterEach(async () => {
    caller[Symbol.dispose]();
    await running.server.stop();
  });

  const idOf = async (method: string, request: object, headers: Record<string, string>) =>
    (await caller.tellsBeside(method, request, { 'x-api-key': 'k', ...headers })).get('x-request-id');

  it('is the caller’s, beside an answer and beside a refusal', async () => {
    const mine = { 'x-request-id': 'a-1/b' };
    expect(await idOf('ServerLive', {}, mine)).toEqual(['a-1/b']);
    expect(await idOf('ModelInfer', await inferRequest(), mine)).toEqual(['a-1/b']);
    expect(await idOf('ModelMetadata', { name: 'other' }, mine)).toEqual(['a-1/b']);
    expect(await idOf('ModelInfer', { model_name: 'other' }, mine)).toEqual(['a-1/b']);
    expect(await idOf('ModelInfer', {}, { ...mine, 'x-api-key': 'wrong' })).toEqual(['a-1/b']);
  });

  it.each(['two words', '"', 'x'.repeat(129), ''])('is ours where %j cannot be repeated', async (given) => {
    const ours = [expect.stringMatching(UUID)];
    expect(await idOf('ServerLive', {}, { 'x-request-id': given })).toEqual(ours);
    expect(await idOf('ModelReady', { name: 'other' }, { 'x-request-id': given })).toEqual(ours);
  });

  it('and the trace that it is of stand in the log when it fails', async () => {
    const broken = vi.spyOn(FlatTrees.prototype, 'scoreAll').mockImplementation(() => {
      throw new Error('a tree fell');
    });
    try {
      const headers = { 'x-request-id': 'mine', traceparent: `00-${TRACE}-b7ad6b7169203331-00` };
      expect(await idOf('ModelInfer', await inferRequest(), headers)).toEqual(['mine']);
    } finally {
      broken.mockRestore();
    }
    expect(running.log.at(-1)).toMatchObject({
      level: 'error',
      fields: { route: `/${SERVICE}/ModelInfer`, requestId: 'mine', traceId: TRACE },
    });
  });
});
