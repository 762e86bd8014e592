import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenReportSchema } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCertificate, mountCertificate, type TestCertificate } from '../testing/certificate.ts';
import { RunningPredictor } from '../testing/running.ts';
import { SecureCaller } from '../testing/secure-caller.ts';
import { rowsOf, tell, until } from '../testing/shadowing.ts';

let root: string;
let shared: TestCertificate;
let serving: RunningPredictor;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stockout-tls-'));
  shared = await aCertificate();
  serving = await RunningPredictor.ready({ tlsDir: await mounted('serving', shared) });
  using caller = new SecureCaller(serving.server.url, [shared.cert]);
  for (const row of await rowsOf(20)) expect((await caller.post('/predict', row)).status).toBe(200);
});
afterAll(async () => {
  await serving.server.stop();
  await rm(root, { recursive: true });
});

async function mounted(name: string, certificate: TestCertificate): Promise<string> {
  await mountCertificate(join(root, name), certificate);
  return join(root, name);
}

describe('a candidate within TLS', () => {
  it('is shown rows where it has the certificate that we have', async () => {
    await using candidate = await RunningPredictor.ready({ tlsDir: await mounted('candidate', shared) });
    expect((await tell(serving, 'PUT', { id: 'a', url: candidate.server.url, replay: 20 })).status).toBe(200);
    const { requests, scoreShift } = await until(serving, ({ replay }) => replay.done === 20);
    expect([requests, scoreShift.max]).toEqual([{ compared: 20, errors: 0, dropped: 0 }, 0]);
  });

  it('is told nothing where it has another, and counts as one that cannot be reached', async () => {
    const other = await aCertificate();
    await using impostor = await RunningPredictor.ready({ tlsDir: await mounted('impostor', other) });
    await tell(serving, 'PUT', { id: 'b', url: impostor.server.url, replay: 5 });
    const { requests } = await until(serving, ({ answering }) => !answering);
    expect(requests).toEqual({ compared: 0, errors: 0, dropped: 0 });
    const metrics = await (await impostor.get('/metrics', true)).text();
    expect(metrics).toMatch(/^stockout_predictions_total\{.*label="0"\} 0$/m);
  });

  it('is asked for golden predictions so, too', async () => {
    const answer = await fetch(`${serving.server.adminUrl}/golden`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: serving.server.url }),
    });
    const { rows, reproduced, message } = goldenReportSchema.parse(await answer.json());
    expect([reproduced, message]).toEqual([rows, null]);
    expect(rows).toBeGreaterThan(0);
  });

  it('is never asked without TLS, nor one without TLS by it', async () => {
    await using plain = await RunningPredictor.ready();
    const refusals = [
      await tell(serving, 'PUT', { id: 'c', url: plain.server.url }),
      await tell(plain, 'PUT', { id: 'c', url: serving.server.url }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 422]);
    const words = await Promise.all(refusals.map((refusal) => refusal.text()));
    expect(words[0]).toContain('must be https://');
    expect(words[1]).toContain('must be http://');
  });
});
