import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driftReportSchema } from '@stockout/contracts';
import { describe, expect, it } from 'vitest';
import { aCertificate, mountCertificate } from '../testing/certificate.ts';
import { TINY_URI, tinyRow, VersionCopy } from '../testing/fixture.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { eventually, RunningPredictor } from '../testing/running.ts';
import { SecureCaller } from '../testing/secure-caller.ts';
import { report, rowsOf, tell, until } from '../testing/shadowing.ts';
import { Together } from '../testing/together.ts';

async function post(together: Together, rows: readonly object[]): Promise<void> {
  for (const row of rows) expect((await together.post('/predict', row)).status).toBe(200);
}

describe('several processes that serve together', () => {
  it('take turns, and the admin port adds up what they count', async () => {
    await using together = await Together.ready();
    await post(together, await rowsOf(20));
    const metrics = await together.admin('/metrics');
    const scored = [...metrics.matchAll(/^stockout_predictions_total\{.*\} (\d+)$/gm)];
    expect(scored.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(20);
    expect(metrics).toMatch(/^http_request_duration_seconds_count\{route="\/predict",code="200"\} 20$/m);
    expect(metrics).toMatch(/^stockout_model_info\{.*version="v1".*\} 1$/m);
    expect(metrics).toMatch(/^stockout_workers_ready 2$/m);
    expect(metrics).toMatch(/^stockout_worker_restarts_total 0$/m);
    expect(metrics).toMatch(/^stockout_drift_rows 20$/m);
    expect(metrics).not.toMatch(/NaN/);
    expect(driftReportSchema.parse(JSON.parse(await together.admin('/drift')))).toMatchObject({
      rows: 20,
      window: { maxRows: 240_000 },
    });
    expect(JSON.parse(await together.admin('/health'))).toMatchObject({ status: 'ok', version: 'v1' });
  });

  it('are compared with a candidate as one: each replays its own rows', async () => {
    await using candidate = await RunningPredictor.ready();
    await using together = await Together.ready();
    await post(together, await rowsOf(20));
    const request = { id: 'a', url: candidate.server.url, percent: 100, replay: 20 };
    expect((await tell(together, 'PUT', request)).status).toBe(200);
    const replayed = await until(together, ({ replay }) => replay.done === 20);
    expect(replayed).toMatchObject({
      replay: { asked: 20, taken: 20 },
      requests: { compared: 20, errors: 0 },
      scoreShift: { mean: 0, max: 0 },
      latency: { candidate: { count: 20 } },
    });
    await post(together, await rowsOf(6));
    await until(together, ({ requests }) => requests.compared === 26);
    expect((await tell(together, 'DELETE')).status).toBe(204);
    expect((await tell(together, 'GET')).status).toBe(404);
  });

  it('go on when one is killed, and another takes its place, its comparison too', async () => {
    await using candidate = await RunningPredictor.ready();
    await using together = await Together.ready();
    await tell(together, 'PUT', { id: 'a', url: candidate.server.url, percent: 100, replay: 0 });
    const [first] = await together.pids();
    process.kill(first as number, 'SIGKILL');
    await eventually(async () =>
      /^stockout_worker_restarts_total 1$/m.test(await together.admin('/metrics')),
    );
    const meanwhile = await rowsOf(4);
    await post(together, meanwhile);
    expect(JSON.parse(await together.admin('/readyz'))).toEqual({ status: 'ok' });
    await eventually(async () => /^stockout_workers_ready 2$/m.test(await together.admin('/metrics')));
    await post(together, await rowsOf(10));
    await until(together, ({ requests }) => requests.compared === 14);
    expect((await report(together)).answering).toBe(true);
    expect(await together.pids()).not.toContain(first);
  });

  it('fail no request of 16 busy callers, answer gRPC, and exit 0 by SIGTERM', async () => {
    const together = await Together.ready({}, 2_000);
    using grpc = new GrpcCaller(together.server.grpcAddress, 'inference.GRPCInferenceService');
    expect(await grpc.call('ServerReady')).toEqual({ ready: true });
    const statuses: number[] = [];
    const load = Promise.all(Array.from({ length: 16 }, () => postUntilClosing(together, statuses)));
    await eventually(() => statuses.length >= 50);
    together.terminate();
    await load;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(await together.exited).toEqual([0, null]);
  });

  it('speak TLS by one certificate, by HTTP and gRPC, and tell when it expires', async () => {
    const tlsDir = await mkdtemp(join(tmpdir(), 'stockout-tls-'));
    const certificate = await aCertificate();
    await mountCertificate(tlsDir, certificate);
    await using together = await Together.ready({ tlsDir });
    for (let caller = 0; caller < 4; caller++) {
      using each = new SecureCaller(together.server.url, [certificate.cert]);
      expect((await each.post('/predict', await tinyRow())).status).toBe(200);
    }
    const service = 'inference.GRPCInferenceService';
    using grpc = new GrpcCaller(together.server.grpcAddress, service, {}, certificate.cert);
    expect(await grpc.call('ServerReady')).toEqual({ ready: true });
    const metrics = await together.admin('/metrics');
    expect(metrics).toMatch(/^stockout_tls_certificate_expiry_timestamp_seconds \d{10}$/m);
    expect(metrics).toMatch(/^stockout_tls_certificate_stale 0$/m);
    await rm(tlsDir, { recursive: true });
  });

  it('say in the words of one of them why a version cannot be served', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest((manifest) => (manifest.golden = []));
    await using together = await Together.start({ model: copy.uri });
    await eventually(async () => (await together.admin('/readyz')).includes('no golden predictions'));
  });

  it('do not start where Node may start no process, and are told what to do instead', async () => {
    const flags = ['--permission', '--allow-fs-read=*', '--allow-addons', '--allow-worker'];
    await expect(Together.start({}, 0, flags)).rejects.toThrow('run more replicas instead');
  });

  it('do not start where another has the port, and say so', async () => {
    await using other = await RunningPredictor.start();
    const { port } = new URL(other.server.url);
    await expect(Together.start({ model: TINY_URI, port: Number(port) })).rejects.toThrow(
      `port ${port} is taken: choose another with --port`,
    );
  });
});

/** As a caller behind a Service: some more requests meet the closing pod before the endpoints have spread. */
async function postUntilClosing({ server }: Together, statuses: number[]): Promise<void> {
  const body = JSON.stringify(await tinyRow());
  const headers = { 'content-type': 'application/json' };
  for (let closing = 0; closing < 3;) {
    const response = await fetch(`${server.url}/predict`, { method: 'POST', headers, body });
    await response.arrayBuffer();
    statuses.push(response.status);
    if (response.headers.get('connection') === 'close') closing += 1;
  }
}
