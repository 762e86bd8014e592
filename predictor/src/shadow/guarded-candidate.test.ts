import { goldenReportSchema } from '@stockout/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenKeyOf } from '../auth/golden-key.ts';
import { tinyManifest } from '../testing/fixture.ts';
import { Issuer } from '../testing/issuer.ts';
import { ModelFolder } from '../testing/model-folder.ts';
import { eventually, RunningPredictor } from '../testing/running.ts';
import { rowsOf, tell, until } from '../testing/shadowing.ts';
import { Together } from '../testing/together.ts';

const ROWS = 20;

let folder: ModelFolder;
let issuer: Issuer;
let candidate: RunningPredictor;
beforeAll(async () => {
  folder = await ModelFolder.make();
  issuer = await Issuer.start();
  candidate = await RunningPredictor.ready({
    model: folder.v2.uri,
    jwt: issuer.jwt,
    rateLimitPerMinute: 1,
  });
});
afterAll(async () => {
  await candidate.server.stop();
  await issuer[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe('a candidate where tokens alone open, and each caller may ask once a minute', () => {
  it('is shown rows by a predictor that has neither, and compared by all of them', async () => {
    await using serving = await RunningPredictor.ready({ model: folder.v1.uri, jwt: issuer.jwt });
    const authorization = `Bearer ${await issuer.token()}`;
    for (const row of await rowsOf(ROWS))
      expect((await serving.post('/predict', row, { authorization })).status).toBe(200);
    const told = await tell(serving, 'PUT', { ...asked('a'), version: 'v2' });
    expect(told.status).toBe(200);
    const { requests, scoreShift } = await until(serving, ({ replay }) => replay.done === ROWS);
    expect([requests, scoreShift.max]).toEqual([{ compared: ROWS, errors: 0, dropped: 0 }, 0]);
  });

  it('is shown rows by several processes that serve together', async () => {
    await using serving = await Together.ready({ model: folder.v1.uri, rateLimitPerMinute: 1_000 });
    for (const row of await rowsOf(ROWS)) expect((await serving.post('/predict', row)).status).toBe(200);
    await tell(serving, 'PUT', { ...asked('a'), version: 'v2' });
    const { requests } = await until(serving, ({ replay }) => replay.done === ROWS);
    expect(requests).toEqual({ compared: ROWS, errors: 0, dropped: 0 });
  });

  it('is not let be asked by one that does not say which version it is to be', async () => {
    await using serving = await RunningPredictor.ready({ model: folder.v1.uri });
    for (const row of await rowsOf(3)) expect((await serving.post('/predict', row)).status).toBe(200);
    await tell(serving, 'PUT', asked('a'));
    const { errors } = await until(serving, ({ replay }) => replay.done === 3);
    expect(errors.unauthorized).toBe(3);
  });

  it('is asked for all of its golden predictions', async () => {
    const answer = await fetch(`${candidate.server.adminUrl}/golden`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: candidate.server.url }),
    });
    const { rows, reproduced, message } = goldenReportSchema.parse(await answer.json());
    expect([reproduced, message]).toEqual([rows, null]);
    expect(rows).toBeGreaterThan(1);
  });
});

describe('the golden key', () => {
  it('opens the plain /predict of its own version, as often as one likes, no explanation and no other route', async () => {
    const [row] = await rowsOf(1);
    const own = { 'x-golden-key': goldenKeyOf({ ...(await tinyManifest()), version: 'v2' }) };
    const other = { 'x-golden-key': goldenKeyOf(await tinyManifest()) };
    const calls: [path: string, body: unknown, headers: Record<string, string>][] = [
      ['/predict', row, own],
      ['/predict', row, own],
      ['/predict', {}, own],
      ['/predict', row, other],
      ['/predict', row, {}],
      ['/predict?explain=true', row, own],
      ['/predict/batch', [row], own],
      ['/predict/history', {}, own],
      ['/v2/models/tiny/infer', {}, own],
      ['/invocations', {}, own],
    ];
    const statuses: number[] = [];
    for (const call of calls) statuses.push((await candidate.post(...call)).status);
    expect(statuses).toEqual([200, 200, 422, 401, 401, 401, 401, 401, 401, 401]);
  });
});

it('a predictor whose storage does not answer begins no comparison that would be refused, and says why', async () => {
  await using spoilt = await ModelFolder.make();
  await using serving = await RunningPredictor.ready({ model: spoilt.v1.uri, rateLimitPerMinute: 60 });
  const manifest = await spoilt.v2.read('manifest.json');
  await spoilt.v2.makeUnreadable('manifest.json');
  const refused = await tell(serving, 'PUT', { ...asked('a'), version: 'v2' });
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain('the key of v2 cannot be made: ');
  expect((await tell(serving, 'GET')).status).toBe(404);
  await spoilt.v2.remove('manifest.json');
  await spoilt.v2.write('manifest.json', manifest);
  await eventually(async () => (await tell(serving, 'PUT', { ...asked('a'), version: 'v2' })).ok);
});

it('a comparison that began without the key begins anew once it is known, and the refusals do not count', async () => {
  await using slow = await ModelFolder.make();
  await using serving = await RunningPredictor.ready({ model: slow.v1.uri });
  for (const row of await rowsOf(ROWS)) expect((await serving.post('/predict', row)).status).toBe(200);
  const manifest = await slow.v2.read('manifest.json');
  await slow.v2.makeUnreadable('manifest.json');
  const request = { ...asked('a'), version: 'v2' };
  await tell(serving, 'PUT', request);
  await until(serving, ({ errors }) => errors.unauthorized > 0);
  await slow.v2.remove('manifest.json');
  await slow.v2.write('manifest.json', manifest);
  await tell(serving, 'PUT', request);
  const { requests } = await until(serving, ({ replay }) => replay.done === ROWS);
  expect(requests).toEqual({ compared: ROWS, errors: 0, dropped: 0 });
});

function asked(id: string): { id: string; url: string; percent: number; replay: number } {
  return { id, url: candidate.server.url, percent: 0, replay: ROWS };
}
