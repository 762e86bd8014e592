import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { SCORING, HISTORY } from './fuzz/calls.ts';
import { statusOf } from './send-call.ts';
import { ServedPredictor, until } from './served-predictor.ts';

const PING = 'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n';

/** Connections that have asked once, and then keep quiet. */
class Idlers implements Disposable {
  readonly #sockets: Socket[] = [];
  /** How many were answered, and how many were hung up on. */
  answered = 0;
  closed = 0;

  /** Resolves when each is answered or hung up on. */
  async open(url: string, count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += 100) {
      await Promise.all(Array.from({ length: Math.min(100, count - opened) }, () => this.#openOne(url)));
    }
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #openOne(url: string): Promise<void> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.#sockets.push(socket);
    // A reset is an end.
    socket.on('error', () => {});
    socket.write(PING);
    return new Promise((resolve) => {
      socket.once('data', () => {
        this.answered++;
        resolve();
      });
      socket.once('close', () => {
        this.closed++;
        resolve();
      });
    });
  }
}

test('beside 10,000 idle connections scoring answers, in bounded memory', async () => {
  await using served = await ServedPredictor.start();
  const before = await served.memory();
  using idlers = new Idlers();
  await idlers.open(served.url, 10_000);
  expect([idlers.answered, idlers.closed]).toEqual([10_000, 0]);
  for (const call of SCORING) expect([call.path, await statusOf(served.url, call)]).toEqual([call.path, 200]);
  // 20 KB each.
  expect((await served.memory()) - before).toBeLessThan(200e6);
  expect(served.errors).toEqual([]);
});

test('with few descriptors it turns connections away, counts them, and answers on those that it has', async () => {
  await using served = await ServedPredictor.start({ descriptors: 256 });
  using idlers = new Idlers();
  await idlers.open(served.url, 400);
  expect(idlers.closed).toBeGreaterThan(100);
  expect(idlers.answered + idlers.closed).toBe(400);
  expect(await served.metric('stockout_connections_refused_total')).toBe(idlers.closed);
  idlers[Symbol.dispose]();
  await until(async () => (await statusOf(served.url, SCORING[0]!).catch(() => 0)) === 200);
  // DuckDB is started only now, and finds descriptors.
  using more = new Idlers();
  await more.open(served.url, 60);
  for (const call of [...SCORING, ...HISTORY]) expect(await statusOf(served.url, call)).toBe(200);
  expect(served.errors).toEqual([]);
});
