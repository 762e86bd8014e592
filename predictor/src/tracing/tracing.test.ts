import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tinyRow } from '../testing/fixture.ts';
import { Collector } from '../testing/collector.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { Issuer } from '../testing/issuer.ts';
import { eventually, RunningPredictor } from '../testing/running.ts';
import { openTracing } from './open-tracing.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const SERVER_KIND = 2;

let collector: Collector;
beforeEach(async () => {
  collector = await Collector.start();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await collector[Symbol.asyncDispose]();
});

describe('a scoring request', () => {
  it('is a span of the trace that it came with, sent to the collector', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'retail');
    const running = await RunningPredictor.ready();
    const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-request-id': 'mine' };
    expect((await running.post('/predict?explain=true', await tinyRow(), headers)).status).toBe(200);
    await running.server.stop();
    expect(collector.spans).toEqual([
      {
        service: 'retail',
        traceId: TRACE,
        parentId: PARENT,
        name: 'POST /predict',
        kind: SERVER_KIND,
        attributes: {
          'http.request.method': 'POST',
          'http.route': '/predict',
          'url.path': '/predict',
          'url.scheme': 'http',
          'http.response.status_code': 200,
          'stockout.request_id': 'mine',
        },
        failed: false,
      },
    ]);
  });

  it('without a trace begins one; a refusal is no failure of ours, and a page or probe is no scoring', async () => {
    const running = await RunningPredictor.ready();
    await running.post('/predict', {});
    await running.get('/docs');
    await running.get('/v2/health/ready');
    await running.get('/v2/models/retail');
    await running.server.stop();
    expect(collector.spans).toMatchObject([
      {
        service: 'stockout-predictor',
        parentId: undefined,
        attributes: { 'http.response.status_code': 422 },
        failed: false,
      },
    ]);
  });

  it('by gRPC is one too', async () => {
    const running = await RunningPredictor.ready();
    using caller = new GrpcCaller(running.server.grpcAddress, 'inference.GRPCInferenceService');
    const traceparent = `00-${TRACE}-${PARENT}-01`;
    await caller.call('ModelInfer', { model_name: 'other' }, { traceparent }).catch(() => {});
    await caller.call('ServerLive');
    await running.server.stop();
    expect(collector.spans).toMatchObject([
      {
        traceId: TRACE,
        parentId: PARENT,
        name: 'inference.GRPCInferenceService/ModelInfer',
        kind: SERVER_KIND,
        attributes: { 'rpc.system': 'grpc', 'rpc.method': 'ModelInfer', 'rpc.grpc.status_code': 5 },
      },
    ]);
  });

  it('that the key turns away is one too, by gRPC as by HTTP', async () => {
    const running = await RunningPredictor.ready({ apiKeys: ['secret'] });
    using caller = new GrpcCaller(running.server.grpcAddress, 'inference.GRPCInferenceService');
    await caller.call('ModelInfer', { model_name: 'other' }).catch(() => {});
    await running.post('/predict', {});
    await running.server.stop();
    expect(collector.spans).toMatchObject([
      { attributes: { 'rpc.method': 'ModelInfer', 'rpc.grpc.status_code': 16 }, failed: false },
      { attributes: { 'http.response.status_code': 401 }, failed: false },
    ]);
  });

  it('that its caller does not record is not sent, nor any where the sampler says so', async () => {
    const first = await RunningPredictor.ready();
    await first.post('/predict', await tinyRow(), { traceparent: `00-${TRACE}-${PARENT}-00` });
    await first.server.stop();
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off');
    const second = await RunningPredictor.ready();
    await second.post('/predict', await tinyRow());
    await second.server.stop();
    expect(collector.spans).toEqual([]);
  });

  it('tells neither key nor token to collector and log', async () => {
    await using issuer = await Issuer.start();
    const running = await RunningPredictor.ready({ apiKeys: ['geheim-4711'], jwt: issuer.jwt });
    const token = await issuer.token();
    const row = await tinyRow();
    for (const shown of [token, `${token}x`]) {
      const authorization = `Bearer ${shown}`;
      await running.post('/predict', row, { authorization });
      await running.post('/predict', '{', { authorization, 'x-api-key': 'geheim-4711' });
    }
    await running.server.stop();
    expect(collector.spans).toHaveLength(4);
    const told = collector.received + JSON.stringify(running.log);
    for (const secret of ['geheim', token.split('.')[1]!, token.split('.')[2]!])
      expect(told).not.toContain(secret);
  });
});

describe('a collector that is away', () => {
  it('keeps no request and no stop waiting, and is told of once', async () => {
    await collector[Symbol.asyncDispose]();
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '700');
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '10');
    const running = await RunningPredictor.ready();
    const told = () => running.log.filter(({ level }) => level !== 'info');
    expect((await running.post('/predict', await tinyRow())).status).toBe(200);
    await eventually(() => told().length > 0);
    // Sent at the stop, and lost too.
    expect((await running.post('/predict', await tinyRow())).status).toBe(200);
    await running.server.stop();
    expect(told()).toMatchObject([
      { level: 'warn', message: expect.stringMatching(/^tracing: .*ECONNREFUSED/) },
    ]);
    collector = await Collector.start();
  });
});

describe('traces', () => {
  it.each([
    ['no endpoint', {}],
    ['an endpoint that is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['the SDK disabled', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }],
    ['another exporter', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' }],
  ])('are off with %s', async (_, env) => {
    expect(await openTracing(() => {}, env)).toBeUndefined();
  });

  it.each([
    [
      'a protocol that is not spoken',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'grpc is not spoken, http/protobuf is',
    ],
    ['a sampler that is none', { OTEL_TRACES_SAMPLER: 'some' }, 'OTEL_TRACES_SAMPLER'],
    [
      'a ratio that is none',
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
      'OTEL_TRACES_SAMPLER',
    ],
  ])('with %s are sent all the same, and the log says so', async (_, env, why) => {
    const log: string[] = [];
    const asked = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env };
    const tracing = await openTracing((_level, message) => log.push(message), asked);
    tracing?.begin('x', undefined, undefined, {}).end({}, false);
    await tracing?.close();
    expect(log.join()).toContain(why);
    expect(collector.spans).toHaveLength(1);
  });
});
