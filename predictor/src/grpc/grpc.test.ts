import { connect } from 'node:net';
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { tinyManifest, tinyRow } from '../testing/fixture.ts';
import { untilHanded } from '../testing/handed.ts';
import { RunningPredictor } from '../testing/running.ts';

const SERVICE = 'inference.GRPCInferenceService';

async function requestOf(count: number) {
  const row = Object.values(await tinyRow());
  const values = Float32Array.from({ length: count * row.length }, (_, at) => row[at % row.length] ?? NaN);
  const input = { name: 'x', datatype: 'FP32', shape: [count, row.length] };
  return {
    raw: { model_name: 'tiny', inputs: [input], raw_input_contents: [new Uint8Array(values.buffer)] },
    typed: { model_name: 'tiny', inputs: [{ ...input, contents: { fp32_contents: [...values] } }] },
  };
}

interface Inferred {
  model_version: string;
  id?: string;
  outputs: {
    name: string;
    shape: number[];
    contents?: { fp32_contents?: number[]; int_contents?: number[] };
  }[];
  raw_output_contents?: Buffer[];
}

describe('ModelInfer', () => {
  it.each([1, 3, 700])('scores %i rows as /predict does, typed and raw', async (count) => {
    await using running = await RunningPredictor.ready();
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    const predicted = (await (await running.post('/predict', await tinyRow())).json()) as Record<
      string,
      number
    >;
    const { raw, typed } = await requestOf(count);
    const scores = Array.from({ length: count }, () => predicted['stockout_risk_score']);
    const labels = Array.from({ length: count }, () => predicted['stockout_risk_label']);
    const [score, label] = (await caller.call<Inferred>('ModelInfer', { ...typed, id: '7' })).outputs;
    expect([score?.contents?.fp32_contents, label?.contents?.int_contents]).toEqual([scores, labels]);
    const {
      raw_output_contents: bytes = [],
      model_version,
      outputs,
    } = await caller.call<Inferred>('ModelInfer', raw);
    expect([model_version, outputs.map((output) => output.shape)]).toEqual(['v1', [[count], [count]]]);
    expect(scores.map((_, index) => bytes[0]?.readFloatLE(4 * index))).toEqual(scores);
    expect(labels.map((_, index) => bytes[1]?.readInt32LE(4 * index))).toEqual(labels);
  });

  it('answers what is wrong with a status and a sentence', async () => {
    await using running = await RunningPredictor.ready({}, { grpcBytes: 100_000 });
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    const { raw } = await requestOf(1);
    const refusalOf = (request: object): Promise<unknown> =>
      caller.call('ModelInfer', { ...raw, ...request });
    await expect(refusalOf({ model_name: 'other' })).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(refusalOf({ model_version: '1' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
      details: 'tiny is served in version v1 only',
    });
    await expect(refusalOf({ inputs: [] })).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    await expect(refusalOf({ id: 'x'.repeat(100_000) })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
    // One that the worker refuses.
    await expect(refusalOf({ id: 'x'.repeat(20_000), model_name: 'other' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    const metrics = await (await running.get('/metrics', true)).text();
    const counted = (code: number): string => `{route="/${SERVICE}/ModelInfer",code="${code}"}`;
    expect(metrics).toContain(`http_request_duration_seconds_count${counted(404)} 3`);
    expect(metrics).toContain(`http_request_duration_seconds_count${counted(400)} 1`);
  });

  it('refuses a gzip bomb by the size that it would have', async () => {
    await using running = await RunningPredictor.ready({}, { grpcBytes: 1_000_000 });
    const gzip = { 'grpc.default_compression_algorithm': 2, 'grpc.max_send_message_length': -1 };
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE, gzip);
    const { raw } = await requestOf(1);
    expect(await caller.call('ModelInfer', raw)).toMatchObject({ model_version: 'v1' });
    const bomb = caller.call('ModelInfer', { ...raw, id: 'x'.repeat(20_000_000) });
    await expect(bomb).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(await caller.call('ServerLive')).toEqual({ live: true });
  });

  it('asks for a key where one is needed, and health and metadata do not', async () => {
    await using running = await RunningPredictor.ready({ apiKeys: ['k'] });
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    const { raw } = await requestOf(1);
    const wrong: Record<string, string>[] = [{}, { 'x-api-key': 'other' }];
    for (const headers of wrong) {
      await expect(caller.call('ModelInfer', raw, headers)).rejects.toMatchObject({
        code: status.UNAUTHENTICATED,
        details: 'send a valid API key in the metadata x-api-key',
      });
    }
    expect(await caller.call('ModelInfer', raw, { 'x-api-key': 'k' })).toMatchObject({ model_version: 'v1' });
    expect(await caller.call('ServerReady')).toEqual({ ready: true });
  });
});

describe('the gRPC port', () => {
  it('tells what is served', async () => {
    await using running = await RunningPredictor.ready();
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    expect(await caller.call('ServerLive')).toEqual({ live: true });
    expect(await caller.call('ServerMetadata')).toMatchObject({
      name: 'stockout',
      extensions: ['binary_tensor_data'],
    });
    const { features } = await tinyManifest();
    const metadata = await caller.call<{ inputs: object[] }>('ModelMetadata', { name: 'tiny' });
    expect(metadata.inputs).toEqual(features.map(({ name }) => ({ name, datatype: 'FP32', shape: [-1] })));
    expect(await caller.call('ModelReady', { name: 'tiny', version: 'v1' })).toEqual({ ready: true });
    await expect(caller.call('ModelReady', { name: 'other' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
    await expect(caller.call('ModelMetadata', { name: 'tiny', version: 'v2' })).rejects.toMatchObject({
      code: status.NOT_FOUND,
    });
  });

  it('serves standard health, by name and for all, until it stops', async () => {
    await using running = await RunningPredictor.ready({}, { drainMs: 1_000 });
    using health = new GrpcCaller(running.server.grpcAddress, 'grpc.health.v1.Health');
    const check = (service: string): Promise<object> => health.call('check', { service });
    expect([await check(''), await check(SERVICE)]).toEqual([{ status: 'SERVING' }, { status: 'SERVING' }]);
    await expect(check('other')).rejects.toMatchObject({ code: status.NOT_FOUND });
    const stopped = running.server.stop();
    expect([await check(''), await check(SERVICE)]).toEqual([
      { status: 'NOT_SERVING' },
      { status: 'NOT_SERVING' },
    ]);
    await stopped;
  });

  it('is not ready, and says why, before a version is served', async () => {
    await using running = await RunningPredictor.start({ digest: `sha256:${'0'.repeat(64)}` });
    await running.server.ready.catch(() => {});
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    expect(await caller.call('ServerReady')).toEqual({ ready: false });
    await expect(caller.call('ModelInfer', {})).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });

  it('ends the call that its worker has before it stops', async () => {
    const handed = untilHanded('infer');
    const running = await RunningPredictor.ready();
    using caller = new GrpcCaller(running.server.grpcAddress, SERVICE);
    await caller.call('ServerLive');
    const { raw } = await requestOf(60_000);
    const answer = caller.call<Inferred>('ModelInfer', raw);
    await handed;
    const [{ outputs }] = await Promise.all([answer, running.server.stop()]);
    expect(outputs[0]?.shape).toEqual([60_000]);
  });

  it('stops with a connection that says nothing, and one that says nonsense', async () => {
    const running = await RunningPredictor.ready({}, { closeMs: 50 });
    const port = Number(running.server.grpcAddress.split(':')[1]);
    const silent = connect(port, '127.0.0.1').on('error', () => {});
    const wild = connect(port, '127.0.0.1').on('error', () => {});
    await Promise.all([once(silent, 'connect'), once(wild, 'connect')]);
    const closed = once(wild, 'close');
    wild.write('GET / HTTP/1.1\r\n\r\n');
    wild.resume();
    await closed;
    await running.server.stop();
    silent.destroy();
    expect(running.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
