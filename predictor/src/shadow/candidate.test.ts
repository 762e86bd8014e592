import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, RunningPredictor } from '../testing/running.ts';
import { Impostor, report, rowsOf, score, tell, until } from '../testing/shadowing.ts';

const ANSWER = '{"stockout_risk_score":0.5,"stockout_risk_label":1}';

describe('a candidate that is not reached yet', () => {
  it('is waited for: nothing that is lost until its first answer counts against it, and no row is left out', async () => {
    await using serving = await RunningPredictor.ready();
    await score(serving, await rowsOf(20));
    let tries = 0;
    await using late = await Impostor.start((_, res) => {
      if (++tries <= 3) res.destroy();
      else res.end(ANSWER);
    });
    await tell(serving, 'PUT', { id: 'a', url: late.url, percent: 0 });
    const found = await until(serving, ({ replay }) => replay.done === 20);
    expect(found).toMatchObject({ requests: { compared: 20, errors: 0, dropped: 0 }, errorRate: 0 });
    // Three that were lost, and the one by which it was found.
    expect(tries).toBe(3 + 1 + 20);
  });

  it('is asked one request at a time, so that many that wait are not all lost at once', async () => {
    await using serving = await RunningPredictor.ready({}, { shadowDeadlineMs: 200 });
    await score(serving, await rowsOf(20));
    let [underWay, most] = [0, 0];
    await using hanging = await Impostor.start((req) => {
      most = Math.max(most, ++underWay);
      req.socket.once('close', () => underWay--);
    });
    await tell(serving, 'PUT', { id: 'a', url: hanging.url, percent: 0 });
    await until(serving, ({ answering }) => !answering);
    expect(most).toBe(1);
  });

  it('does not answer, and has made no error, where nobody is there', async () => {
    const closed = await Impostor.start(() => {});
    const { url } = closed;
    await closed[Symbol.asyncDispose]();
    await using serving = await RunningPredictor.ready();
    await tell(serving, 'PUT', { id: 'a', url, percent: 100 });
    await score(serving, await rowsOf(20));
    const found = await until(serving, ({ answering }) => !answering);
    expect(found).toMatchObject({ requests: { compared: 0, errors: 0 }, errorRate: null });
    await score(serving, await rowsOf(3));
  });
});

describe('a candidate that does not do as it should', () => {
  it('that hangs: requests are answered, what is too much is dropped, and it is a timeout', async () => {
    await using hanging = await Impostor.start(afterOne(() => {}));
    await using serving = await RunningPredictor.ready({}, { shadowDeadlineMs: 100, shadowQueued: 2 });
    await tell(serving, 'PUT', { id: 'a', url: hanging.url, percent: 100 });
    await score(serving, await rowsOf(40));
    const found = await until(serving, ({ answering }) => !answering);
    expect(found.errors.timeout).toBeGreaterThanOrEqual(5);
    expect(found.requests).toMatchObject({ compared: 0 });
    expect(found).toMatchObject({ errorRate: 1, scoreShift: { mean: null, max: null } });
    await score(serving, await rowsOf(5));
    expect((await report(serving)).requests.dropped).toBeGreaterThanOrEqual(5);
    const metrics = await (await serving.get('/metrics', true)).text();
    expect(metrics).toMatch(/stockout_shadow_requests_total\{outcome="timeout"\} \d/);
    expect(metrics).toMatch(/stockout_shadow_requests_total\{outcome="dropped"\} \d/);
  });

  it('that comes back is compared again', async () => {
    let gone = true;
    await using between = await Impostor.start((_, res) => {
      if (gone) res.destroy();
      else res.end(ANSWER);
    });
    await using serving = await RunningPredictor.ready();
    await score(serving, await rowsOf(20));
    await tell(serving, 'PUT', { id: 'a', url: between.url, percent: 0 });
    await until(serving, ({ answering }) => !answering);
    gone = false;
    const found = await until(serving, ({ replay }) => replay.done === 20);
    expect(found).toMatchObject({ answering: true });
    expect(found.requests.compared).toBeGreaterThan(10);
  });
});

it('a candidate that fell silent when there was nothing left to replay is asked live rows, one at a time, until it answers', async () => {
  let gone = false;
  await using between = await Impostor.start((_, res) => {
    if (gone) res.destroy();
    else res.end('{"stockout_risk_score":0.5,"stockout_risk_label":1}');
  });
  await using serving = await RunningPredictor.ready();
  await tell(serving, 'PUT', { id: 'a', url: between.url, percent: 100, replay: 0 });
  await score(serving, await rowsOf(1));
  await until(serving, ({ requests }) => requests.compared === 1);
  gone = true;
  for (let errors = 1; errors <= 5; errors++) {
    await score(serving, await rowsOf(1));
    await until(serving, ({ requests }) => requests.errors === errors);
  }
  expect(await report(serving)).toMatchObject({ answering: false, requests: { dropped: 0 } });
  await score(serving, await rowsOf(3));
  expect((await report(serving)).requests.dropped).toBeGreaterThanOrEqual(1);
  gone = false;
  await eventually(async () => {
    await score(serving, await rowsOf(1));
    return (await report(serving)).answering;
  });
});

describe('an answer of a candidate', () => {
  let serving: RunningPredictor;

  beforeAll(async () => {
    serving = await RunningPredictor.ready();
    await score(serving, await rowsOf(3));
  });

  afterAll(() => serving[Symbol.asyncDispose]());

  it.each([
    ['no JSON', 200, 'ok'],
    ['NaN', 200, '{"stockout_risk_score":NaN,"stockout_risk_label":1}'],
    ['null', 200, '{"stockout_risk_score":null,"stockout_risk_label":1}'],
    ['a score that is none', 200, '{"stockout_risk_score":1.5,"stockout_risk_label":1}'],
    ['no label', 200, '{"stockout_risk_score":0.5}'],
    ['a list', 200, '[]'],
    ['nothing', 200, ''],
    ['endless text', 200, 'x'.repeat(200_000)],
  ])('that answers %s has given no answer', async (_, status, body) => {
    await using impostor = await Impostor.start((_req, res) => void res.writeHead(status).end(body));
    await tell(serving, 'PUT', { id: impostor.url.slice(7), url: impostor.url, replay: 2 });
    const { requests, errors, scoreShift } = await until(serving, ({ replay }) => replay.done === 2);
    expect({ requests, answer: errors.answer, scoreShift }).toEqual({
      requests: { compared: 0, errors: 2, dropped: 0 },
      answer: 2,
      scoreShift: { mean: null, max: null },
    });
  });

  it.each([
    [401, 'unauthorized'],
    [429, 'busy'],
    [503, 'busy'],
    [500, 'status'],
    [302, 'status'],
  ] as const)('that answers %i counts as %s', async (status, kind) => {
    await using impostor = await Impostor.start(
      (_req, res) => void res.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(),
    );
    await tell(serving, 'PUT', { id: impostor.url.slice(7), url: impostor.url, replay: 2 });
    const found = await until(serving, ({ replay }) => replay.done === 2);
    expect(found.errors[kind]).toBe(2);
  });

  it('that breaks off half-way counts as no connection', async () => {
    await using impostor = await Impostor.start(
      afterOne((_req, res) => {
        res.writeHead(200, { 'content-length': 100 });
        res.write('{', () => res.destroy());
      }),
    );
    await tell(serving, 'PUT', { id: impostor.url.slice(7), url: impostor.url, replay: 1 });
    const found = await until(serving, ({ requests }) => requests.errors === 1);
    expect(found.errors.connection).toBe(1);
  });

  it('of other features refuses every row, which is counted', async () => {
    await using impostor = await Impostor.start((_req, res) => void res.writeHead(422).end('{}'));
    await tell(serving, 'PUT', { id: impostor.url.slice(7), url: impostor.url, replay: 3 });
    const found = await until(serving, ({ replay }) => replay.done === 3);
    expect(found).toMatchObject({ errorRate: 1, errors: { row: 3 } });
  });

  it('of another version than was asked for is not compared', async () => {
    await using candidate = await RunningPredictor.ready();
    await tell(serving, 'PUT', { id: 'v99', url: candidate.server.url, version: 'v99', replay: 2 });
    const found = await until(serving, ({ replay }) => replay.done === 2);
    expect(found.errors.version).toBe(2);
    expect(found.candidateVersions).toHaveLength(1);
  });
});

type Answering = Parameters<typeof Impostor.start>[0];

/** What answers the first request, by which it is found, and others in its own way. */
function afterOne(answer: Answering): Answering {
  let isFound = false;
  return (req, res) => {
    if (isFound) return answer(req, res);
    isFound = true;
    res.end(ANSWER);
  };
}
