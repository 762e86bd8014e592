import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aCertificate, mountCertificate, type TestCertificate } from '../testing/certificate.ts';
import { tinyRow } from '../testing/fixture.ts';
import { GrpcCaller } from '../testing/grpc-caller.ts';
import { RunningPredictor } from '../testing/running.ts';
import { SecureCaller } from '../testing/secure-caller.ts';

const GRPC = 'inference.GRPCInferenceService';
const FINGERPRINT = /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/;
const OFTEN = { keysIntervalMs: 20 };

let dir: string;
let first: TestCertificate;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'stockout-tls-'));
  first = await aCertificate();
  await mountCertificate(dir, first);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function metricOf(running: RunningPredictor, name: string): Promise<string | undefined> {
  const text = await (await running.get('/metrics', true)).text();
  return new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1];
}

/** As a new caller is: what he is shown, or why he does not connect. */
async function shownTo(running: RunningPredictor, ...trusted: TestCertificate[]): Promise<string> {
  using caller = new SecureCaller(
    running.server.url,
    trusted.map(({ cert }) => cert),
  );
  // Awaited here: the caller goes with this function.
  return await caller.get('/livez').then(
    ({ fingerprint }) => fingerprint,
    (error: Error) => error.message,
  );
}

function errorsOf(running: RunningPredictor): string[] {
  return running.log.filter(({ level }) => level === 'error').map(({ message }) => message);
}

describe('a predictor with a certificate', () => {
  it('scores over HTTPS as over HTTP, and has its probes and metrics without TLS', async () => {
    await using plain = await RunningPredictor.ready();
    await using running = await RunningPredictor.ready({ tlsDir: dir });
    expect([running.server.url, running.server.adminUrl].map((url) => new URL(url).protocol)).toEqual([
      'https:',
      'http:',
    ]);
    using caller = new SecureCaller(running.server.url, [first.cert]);
    const row = await tinyRow();
    const answer = await caller.post('/predict', row);
    expect(answer.status).toBe(200);
    expect(answer.body).toBe(await (await plain.post('/predict', row)).text());
    const rows = Array.from({ length: 500 }, () => row);
    expect(JSON.parse((await caller.post('/predict/batch', rows)).body)).toHaveLength(500);
    expect((await caller.get('/docs')).status).toBe(200);
    expect((await running.get('/readyz', true)).status).toBe(200);
    const expiry = Number(await metricOf(running, 'stockout_tls_certificate_expiry_timestamp_seconds'));
    expect(expiry).toBeGreaterThan(Date.now() / 1000);
    expect(await metricOf(running, 'stockout_tls_certificate_stale')).toBe('0');
    expect(await metricOf(plain, 'stockout_tls_certificate_stale')).toBeUndefined();
  });

  it('answers gRPC within TLS too', async () => {
    await using running = await RunningPredictor.ready({ tlsDir: dir });
    using caller = new GrpcCaller(running.server.grpcAddress, GRPC, {}, first.cert);
    expect(await caller.call('ServerReady')).toEqual({ ready: true });
    using plain = new GrpcCaller(running.server.grpcAddress, GRPC);
    await expect(plain.call('ServerReady')).rejects.toThrow('UNAVAILABLE');
  });

  // HTTP/1.0 marks the end of an answer by hanging up: only a reset tells it from a whole one.
  it('resets the connection of HTTP/1.0 when it breaks an answer off', async () => {
    await using running = await RunningPredictor.ready({ tlsDir: dir });
    const port = portOf(running.server.url);
    const socket = tlsConnect({ port, host: '127.0.0.1', ca: first.cert, servername: 'localhost' });
    const good = `${JSON.stringify(await tinyRow())}\n`;
    const body = `${good.repeat(6_000)}{}\n`;
    socket.on('data', () => {});
    const head = `POST /predict/batch HTTP/1.0\r\nContent-Type: application/x-ndjson\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });

  it('shows a renewed one to new callers, and keeps the connections that there are', async () => {
    await using running = await RunningPredictor.ready({ tlsDir: dir }, OFTEN);
    using early = new SecureCaller(running.server.url, [first.cert]);
    using earlyGrpc = new GrpcCaller(running.server.grpcAddress, GRPC, {}, first.cert);
    const { fingerprint } = await early.get('/livez');
    await earlyGrpc.call('ServerLive');
    const second = await aCertificate('renewed');
    await mountCertificate(dir, second);
    await expect.poll(() => shownTo(running, first, second)).not.toBe(fingerprint);
    expect(await shownTo(running, first)).toContain('self-signed certificate');
    expect((await early.get('/livez')).fingerprint).toBe(fingerprint);
    expect(await earlyGrpc.call('ServerLive')).toEqual({ live: true });
    using lateGrpc = new GrpcCaller(running.server.grpcAddress, GRPC, {}, second.cert);
    expect(await lateGrpc.call('ServerLive')).toEqual({ live: true });
    expect(errorsOf(running)).toEqual([]);
  });

  it('keeps it while the next one cannot be used, and says so in log and metric', async () => {
    await using running = await RunningPredictor.ready({ tlsDir: dir }, OFTEN);
    const shown = await shownTo(running, first);
    expect(shown).toMatch(FINGERPRINT);
    await writeFile(join(dir, 'tls.crt'), 'hello');
    await expect.poll(() => metricOf(running, 'stockout_tls_certificate_stale')).toBe('1');
    expect(await shownTo(running, first)).toBe(shown);
    expect((await running.get('/readyz', true)).status).toBe(200);
    expect(errorsOf(running)).toEqual([expect.stringContaining('the certificate known before stays in use')]);
    await mountCertificate(dir, first);
    await expect.poll(() => metricOf(running, 'stockout_tls_certificate_stale')).toBe('0');
  });

  it('is not ready without it, says why, and is once it is there', async () => {
    await rm(join(dir, 'tls.key'));
    await using running = await RunningPredictor.start({ tlsDir: dir }, OFTEN);
    const readyz = async (): Promise<string> => (await running.get('/readyz', true)).text();
    await expect
      .poll(readyz)
      .toMatch(/tls\.key is missing: mount a Secret of type kubernetes\.io\/tls there/);
    await mountCertificate(dir, first);
    await running.server.ready;
    expect(await shownTo(running, first)).toMatch(FINGERPRINT);
  });
});

describe('a caller without TLS, at the port of one with', () => {
  it.each(['url', 'grpcAddress'] as const)('is hung up on (%s), others are answered', async (port) => {
    await using running = await RunningPredictor.ready({ tlsDir: dir });
    const socket = connect(portOf(running.server[port]), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.resume();
    await closed;
    expect(await shownTo(running, first)).toMatch(FINGERPRINT);
    expect(errorsOf(running)).toEqual([]);
  });

  it.each(['url', 'grpcAddress'] as const)(
    'who says nothing does not keep it from stopping (%s)',
    async (port) => {
      const running = await RunningPredictor.ready({ tlsDir: dir }, { closeMs: 50 });
      const socket = connect(portOf(running.server[port]), '127.0.0.1').on('error', () => {});
      const closed = once(socket, 'close');
      await once(socket, 'connect');
      socket.resume();
      await running.server.stop();
      await closed;
      expect(errorsOf(running)).toEqual([]);
    },
  );
});

function portOf(address: string): number {
  return Number(/:(\d+)$/.exec(address)?.[1]);
}
