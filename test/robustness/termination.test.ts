import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Call, HISTORY, SCORING } from './fuzz/calls.ts';
import { statusOf } from './send-call.ts';
import { ServedPredictor, until } from './served-predictor.ts';

/** When a balancer has learned that a pod goes: within the five seconds that it still takes requests. */
const SPREAD_MS = 4_000;

/** A client's pool of connections, which it keeps as long as the server lets it. */
class Pool implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 24 });
  readonly #url: string;
  /** The status of each answer, or what went wrong in its place. */
  readonly outcomes: (number | string)[] = [];
  #stopped = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends one call after the other, until it is stopped. */
  async keepSending(call: Call): Promise<void> {
    while (!this.#stopped) this.outcomes.push(await this.#send(call));
  }

  stop(): void {
    this.#stopped = true;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  #send({ method, path, headers, body }: Call): Promise<number | string> {
    return new Promise((resolve) => {
      const sent = request(this.#url + path, { method, headers, agent: this.#agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode as number));
        answer.on('error', ({ message }) => resolve(message));
      });
      sent.on('error', ({ message }) => resolve(message));
      sent.end(body);
    });
  }
}

test('SIGTERM under load fails no request of a balancer that stops sending within five seconds', async () => {
  await using served = await ServedPredictor.start();
  using pool = new Pool(served.url);
  const calls = [...SCORING, ...SCORING.slice(0, 7), HISTORY[0]!, HISTORY[1]!];
  const sending = calls.map((call) => pool.keepSending(call));
  await until(() => pool.outcomes.length >= 500);
  const ended = served.end('SIGTERM');
  setTimeout(() => pool.stop(), SPREAD_MS);
  await Promise.all(sending);
  expect(pool.outcomes.filter((outcome) => outcome !== 200)).toEqual([]);
  expect(await ended).toBe(0);
  expect(served.errors).toEqual([]);
});

test('after SIGKILL under load it starts again on the same port, with nothing left behind', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'stockout-killed-'));
  try {
    await using killed = await ServedPredictor.start({ env: { TMPDIR: scratch } });
    using pool = new Pool(killed.url);
    const sending = [...SCORING, ...HISTORY].map((call) => pool.keepSending(call));
    await until(() => pool.outcomes.length >= 100);
    expect(await killed.end('SIGKILL')).toBe('SIGKILL');
    pool.stop();
    await Promise.all(sending);
    const port = Number(new URL(killed.url).port);
    await using again = await ServedPredictor.start({ port, env: { TMPDIR: scratch } });
    for (const call of SCORING)
      expect([call.path, await statusOf(again.url, call)]).toEqual([call.path, 200]);
    expect(await readdir(scratch)).toEqual([]);
  } finally {
    await rm(scratch, { recursive: true });
  }
});
