import { type Prediction, predictionSchema } from '@stockout/contracts';
import { describe, expect, it } from 'vitest';
import { VersionCopy } from '../testing/fixture.ts';
import { refused, RunningPredictor } from '../testing/running.ts';
import { Impostor, report, rowsOf, score, tell, until } from '../testing/shadowing.ts';

async function predictionOf(predictor: RunningPredictor, row: object): Promise<Prediction> {
  return predictionSchema.parse(await (await predictor.post('/predict', row)).json());
}

describe('a candidate that answers', () => {
  it('of the same trees shows no shift: first the replay, then what is live', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest((manifest) => (manifest.version = 'v2'));
    await using serving = await RunningPredictor.ready();
    await using candidate = await RunningPredictor.ready({ model: copy.uri });
    const rows = await rowsOf(30);
    await score(serving, rows);
    const request = { id: 'a', url: candidate.server.url, version: 'v2', percent: 100, replay: 20 };
    expect((await tell(serving, 'PUT', request)).status).toBe(200);
    const replayed = await until(serving, ({ replay }) => replay.done === 20);
    expect(replayed).toMatchObject({
      candidateVersions: ['v2'],
      requests: { compared: 20, errors: 0, dropped: 0 },
      replay: { asked: 20, taken: 20, done: 20 },
      errorRate: 0,
      scoreShift: { mean: 0, max: 0 },
      labelFlips: 0,
      latency: { candidate: { count: 20 }, serving: { count: 0, p50: null, p99: null } },
      answering: true,
    });
    await score(serving, rows);
    const live = await until(serving, ({ requests }) => requests.compared === 50);
    expect(live.scoreShift).toEqual({ mean: 0, max: 0 });
    expect(live.latency).toMatchObject({ candidate: { count: 50 }, serving: { count: 30 } });
    expect(live.latency.candidate.p99).toBeGreaterThanOrEqual(live.latency.candidate.p50 as number);
    expect(live.latency.serving.p99).toBeGreaterThan(0);
  });

  it('of another threshold flips labels, and no score', async () => {
    await using copy = await VersionCopy.make();
    await copy.editManifest((manifest) => (manifest.threshold.value = 0));
    await using serving = await RunningPredictor.ready();
    await using candidate = await RunningPredictor.ready({ model: copy.uri });
    const rows = await rowsOf(20);
    const labels = await Promise.all(rows.map((row) => predictionOf(serving, row)));
    await tell(serving, 'PUT', { id: 'a', url: candidate.server.url, percent: 0, replay: 20 });
    const { labelFlips, scoreShift } = await until(serving, ({ replay }) => replay.done === 20);
    expect(labelFlips).toBe(labels.filter((each) => each.stockout_risk_label === 0).length);
    expect(labelFlips).toBeGreaterThan(0);
    expect(scoreShift).toEqual({ mean: 0, max: 0 });
  });

  it('with other scores shows their mean and largest distance, in the report and in metrics', async () => {
    const always = JSON.stringify({ stockout_risk_score: 0.25, stockout_risk_label: 0 });
    await using other = await Impostor.start((_, res) => void res.end(always));
    await using serving = await RunningPredictor.ready();
    const rows = await rowsOf(10);
    const ours = await Promise.all(rows.map((row) => predictionOf(serving, row)));
    const shifts = ours.map((each) => Math.abs(each.stockout_risk_score - 0.25));
    await tell(serving, 'PUT', { id: 'a', url: other.url, percent: 0 });
    const { scoreShift } = await until(serving, ({ replay }) => replay.done === 10);
    const sum = shifts.reduce((total, shift) => total + shift, 0);
    expect(scoreShift.mean).toBeCloseTo(sum / 10, 12);
    expect(scoreShift.max).toBeCloseTo(Math.max(...shifts), 12);
    const metrics = await (await serving.get('/metrics', true)).text();
    expect(metrics).toContain('stockout_shadow_requests_total{outcome="compared"} 10');
    const told = /stockout_shadow_score_shift_sum (\S+)/.exec(metrics)?.[1];
    expect(Number(told)).toBeCloseTo(sum, 9);
  });

  it('is shown a key where one is asked for, and rows of batches too', async () => {
    await using serving = await RunningPredictor.ready({ apiKeys: ['secret'] });
    await using candidate = await RunningPredictor.ready({ apiKeys: ['other', 'secret'] });
    await tell(serving, 'PUT', { id: 'a', url: candidate.server.url, percent: 100 });
    const rows = await rowsOf(400);
    for (const some of [rows.slice(0, 3), rows]) {
      const answer = await serving.post('/predict/batch', some, { 'x-api-key': 'secret' });
      expect(answer.status).toBe(200);
    }
    // Of many rows a few dozen stand for all.
    const { errors } = await until(serving, ({ requests }) => requests.compared === 3 + 64);
    expect(Object.values(errors).every((count) => count === 0)).toBe(true);
  });

  it('is compared anew under another id, and no further after DELETE', async () => {
    await using serving = await RunningPredictor.ready();
    await using candidate = await RunningPredictor.ready();
    await score(serving, await rowsOf(5));
    const request = { id: 'a', url: candidate.server.url, percent: 0 };
    await tell(serving, 'PUT', request);
    const first = await until(serving, ({ replay }) => replay.done === 5);
    await tell(serving, 'PUT', { ...request, percent: 50 });
    expect(await report(serving)).toMatchObject({
      percent: 50,
      since: first.since,
      requests: { compared: 5 },
    });
    await tell(serving, 'PUT', { ...request, id: 'b' });
    await until(serving, ({ id, replay }) => id === 'b' && replay.done === 5);
    expect((await tell(serving, 'DELETE')).status).toBe(204);
    expect((await refused(tell(serving, 'GET'))).status).toBe(404);
    expect((await tell(serving, 'DELETE')).status).toBe(204);
  });
});
