import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { aDriftCount, aGoldenReport, aShadowReport } from '../testing/played-answers.ts';
import { Interviewer } from './interviewer.ts';
import { Interviews } from './interview.ts';
import type { PodAddress, QuestionOf } from './question.ts';

const KEY = 'shop/retail';
const pod = (name: string): PodAddress => ({ uid: `${name}-uid`, name, ip: '10.0.0.1' });
const golden = (name: string): QuestionOf<'golden'> => ({
  about: 'golden',
  pod: pod(name),
  request: { url: 'http://retail-candidate.shop.svc', rows: 64 },
});
const shadow = (name: string, id = 'a', percent = 10): QuestionOf<'shadow'> => ({
  about: 'shadow',
  pod: pod(name),
  request: { id, url: 'http://retail-candidate.shop.svc', version: 'v2', percent, replay: 1000 },
});

/** Asks until the test ends. */
function running(interviewer: Interviewer): { told: string[] } {
  const abort = new AbortController();
  const told: string[] = [];
  void interviewer.run((key) => told.push(key), abort.signal);
  onTestFinished(() => abort.abort());
  return { told };
}

it('asks each pod, tells of the model that has news, and forgets what nobody wants to know any more', async () => {
  const interviewer = new Interviewer(() => Promise.resolve(aGoldenReport()));
  const { told } = running(interviewer);
  interviewer.ask(KEY, [golden('a'), golden('b')]);
  expect(interviewer.answersOf(KEY).to(golden('a'))).toMatchObject({ told: [], failing: undefined });
  await eventually(() => expect(told).toEqual([KEY, KEY]));
  expect(interviewer.answersOf(KEY).to(golden('b'))?.told).toEqual([aGoldenReport()]);
  interviewer.ask(KEY, []);
  expect(interviewer.answersOf(KEY).to(golden('b'))).toBeUndefined();
});

it('golden predictions that came back are not asked for again, those that did not are', async () => {
  const reports = [aGoldenReport({ reproduced: 0, unanswered: 3, message: 'connection' }), aGoldenReport()];
  let asked = 0;
  const interviewer = new Interviewer(() => Promise.resolve(reports[asked++] ?? aGoldenReport()));
  running(interviewer);
  interviewer.ask(KEY, [golden('a')]);
  await eventually(() => expect(interviewer.answersOf(KEY).to(golden('a'))?.told[0]?.reproduced).toBe(32));
  expect(asked).toBe(2);
});

it('says since when a pod does not answer, and why', async () => {
  let now = 1_000_000;
  const errors = ['refused', 'timed out'];
  const interviewer = new Interviewer(
    () => Promise.reject(new Error(errors.shift() ?? 'still')),
    () => now,
  );
  running(interviewer);
  interviewer.ask(KEY, [shadow('a')]);
  const failing = () => interviewer.answersOf(KEY).to(shadow('a'))?.failing;
  await eventually(() => expect(failing()).toEqual({ since: 1_000_000, error: 'refused' }));
  now += 60_000;
  await eventually(() => expect(failing()).toEqual({ since: 1_000_000, error: 'timed out' }));
});

it('a clock that is set back keeps no pod from being asked', async () => {
  let now = 3_600_000;
  let asked = 0;
  const interviewer = new Interviewer(
    () => {
      asked++;
      return Promise.resolve(aShadowReport());
    },
    () => now,
  );
  running(interviewer);
  interviewer.ask(KEY, [shadow('a')]);
  await eventually(() => expect(asked).toBe(1));
  now = 0;
  await eventually(() => expect(asked).toBe(2));
  now += 2_000;
  await eventually(() => expect(asked).toBe(3));
});

it('nothing is known any more once it no longer leads', async () => {
  const interviewer = new Interviewer(() => Promise.resolve(aGoldenReport()));
  const abort = new AbortController();
  const run = interviewer.run(() => {}, abort.signal);
  interviewer.ask(KEY, [golden('a')]);
  abort.abort();
  await run;
  expect(interviewer.answersOf(KEY).to(golden('a'))).toBeUndefined();
});

it("asks nothing while the lease may be another leader's, and what is still wanted once it is ours for sure", async () => {
  let looks = 0;
  let holds = false;
  const asked: string[] = [];
  const interviewer = new Interviewer(
    ({ about }) => {
      asked.push(about);
      return Promise.resolve(aShadowReport());
    },
    Date.now,
    () => {
      looks++;
      return holds;
    },
  );
  interviewer.ask(KEY, [shadow('a')]);
  running(interviewer);
  await eventually(() => expect(looks).toBeGreaterThan(1));
  expect(asked).toEqual([]);
  holds = true;
  await eventually(() => expect(asked).toEqual(['shadow']));
});

it('what a pod told before it was restarted, or was replaced, counts as long as the comparison goes on', () => {
  const interviews = new Interviews();
  const tell = (since: string, compared: number): void => {
    const [due] = interviews.due(Infinity);
    due?.begin();
    due?.succeed(aShadowReport({ since, requests: { compared, errors: 0, dropped: 0 } }), 0);
  };
  const compared = () => interviews.comparisons('a').map(({ requests }) => requests.compared);
  interviews.ask([shadow('a')], 0);
  tell('2026-11-23T12:00:00.000Z', 40);
  tell('2026-11-23T12:00:00.000Z', 60);
  expect(compared()).toEqual([60]);
  tell('2026-11-23T12:01:00.000Z', 5);
  expect(compared()).toEqual([60, 5]);
  interviews.ask([shadow('b')], 0);
  tell('2026-11-23T12:02:00.000Z', 7);
  expect(compared()).toEqual([60, 5, 7]);
  interviews.ask([shadow('b', 'another')], 0);
  expect(compared()).toEqual([]);
});

it('the same requests of a pod count once, whatever share of them it was asked for meanwhile', () => {
  const interviews = new Interviews();
  const told = [10, 25, 10].map((percent, index) => {
    interviews.ask([shadow('a', 'a', percent)], index);
    const [due] = interviews.due(Infinity);
    due?.succeed(aShadowReport({ requests: { compared: 40 + index, errors: 0, dropped: 0 } }), index);
    return interviews.comparisons('a').map(({ requests }) => requests.compared);
  });
  expect(told).toEqual([[40], [41], [42]]);
});

it('says since when a pod gets no answer from the candidate', () => {
  const interviews = new Interviews();
  interviews.ask([shadow('a')], 0);
  const told = [true, false, false, true, false].map((answering, index) => {
    const [due] = interviews.due(Infinity);
    due?.succeed(aShadowReport({ answering }), index);
    return interviews.to(shadow('a'))?.candidateSilentSince;
  });
  expect(told).toEqual([undefined, 1, 1, undefined, 4]);
});

it('a pod that says it was restarted again and again fills no memory: its last words count', () => {
  const interviews = new Interviews();
  interviews.ask([shadow('a')], 0);
  for (let second = 10; second < 60; second++) {
    const [due] = interviews.due(Infinity);
    due?.succeed(aShadowReport({ since: `2026-11-23T12:00:${second}.000Z` }), second);
  }
  const since = interviews.comparisons('a').map((report) => report.since.slice(17, 19));
  expect(since).toEqual(Array.from({ length: 16 }, (_, index) => String(44 + index)));
});

it('a model whose pods cannot be reached keeps no other model waiting', async () => {
  const interviewer = new Interviewer(({ pod: { name } }) =>
    name.startsWith('lost') ? new Promise(() => {}) : Promise.resolve(aGoldenReport()),
  );
  const lost = Array.from({ length: 40 }, (_, index) => golden(`lost-${index}`));
  interviewer.ask('shop/lost', lost);
  interviewer.ask(KEY, [golden('a')]);
  const { told } = running(interviewer);
  await eventually(() => expect(told).toEqual([KEY]));
});

it('who waits longest is asked first', async () => {
  let now = 2;
  const asked: string[] = [];
  const interviewer = new Interviewer(
    ({ pod: { name } }) => {
      asked.push(name);
      return Promise.resolve(aGoldenReport());
    },
    () => now,
  );
  interviewer.ask(KEY, [golden('b')]);
  now = 1;
  interviewer.ask('shop/other', [golden('a')]);
  now = 3;
  running(interviewer);
  await eventually(() => expect(asked).toEqual(['a', 'b']));
});

it('a pod that is not ready yet is left alone for three seconds, in which most get ready', () => {
  const interviews = new Interviews();
  interviews.ask([{ about: 'standing', pod: pod('a'), request: null }], 0);
  expect(interviews.due(2_999)).toEqual([]);
  expect(interviews.due(3_000)).toHaveLength(1);
});

it('a pod that is only to end a comparison is asked ever less often while it does not answer, five minutes at the most', () => {
  const interviews = new Interviews();
  interviews.ask([{ about: 'unshadow', pod: pod('a'), request: null }], 0);
  let now = 0;
  const waits = Array.from({ length: 8 }, () => {
    const [due] = interviews.due(now);
    due?.fail('refused', now);
    const before = now;
    while (interviews.due(now).length === 0) now += 5_000;
    return (now - before) / 1000;
  });
  expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
});

it('drift is asked after all else, however long it waits', async () => {
  let now = 1;
  const asked: string[] = [];
  const interviewer = new Interviewer(
    ({ about }) => {
      asked.push(about);
      return Promise.resolve(aGoldenReport());
    },
    () => now,
  );
  interviewer.ask(KEY, [{ about: 'drift', pod: pod('a'), request: { version: 'v1' } }]);
  now = 2;
  interviewer.ask('shop/other', [golden('b')]);
  running(interviewer);
  await eventually(() => expect(asked).toEqual(['golden', 'drift']));
});

it('what a pod tells of drift is asked for once a minute, its last words count', () => {
  const interviews = new Interviews();
  const drift: QuestionOf<'drift'> = { about: 'drift', pod: pod('a'), request: { version: 'v1' } };
  interviews.ask([drift], 0);
  interviews.due(0)[0]?.succeed(aDriftCount({}, 10), 0);
  expect(interviews.due(59_999)).toEqual([]);
  interviews.due(60_000)[0]?.succeed(aDriftCount({}, 20), 60_000);
  expect(interviews.to(drift)?.told.map(({ rows }) => rows)).toEqual([20]);
});
