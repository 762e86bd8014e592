import { once } from 'node:events';
import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, createServer } from 'node:net';
import { StockoutError } from '@stockout/contracts';
import { afterEach, expect, test } from 'vitest';
import type { Timeouts } from './channel.ts';
import { openSpark } from './session.ts';

const QUICK: Timeouts = { call: 300, silence: 300, patienceAtFirst: 500, patience: 500 };
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

async function listening(server: Server | HttpServer): Promise<number> {
  server.listen(0, 'localhost');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function failure(connectUrl: string, signal?: AbortSignal): Promise<Error> {
  const spark = openSpark(connectUrl, { env: {}, timeouts: QUICK, signal });
  return spark.then(
    () => expect.fail('it connected'),
    (error: Error) => error,
  );
}

test('where nobody listens it is said what was tried and what to check', async () => {
  const server = createServer();
  const port = await listening(server);
  server.close();
  await once(server, 'close');
  const error = await failure(`sc://localhost:${port}`);
  expect(error).toBeInstanceOf(StockoutError);
  expect(error.message).toMatch(
    new RegExp(
      `^Spark at localhost:${port} cannot be reached \\(.*ECONNREFUSED.*; tried \\d+ times? in \\d+ s\\): check engine.connectUrl`,
    ),
  );
});

test('of a server that accepts and never answers it is said that it does not answer', async () => {
  const sockets = createServer((socket) => ends.push(() => socket.destroy()));
  const error = await failure(`sc://localhost:${await listening(sockets)}`);
  expect(error).toBeInstanceOf(StockoutError);
  expect(error.message).toMatch(/^Spark at localhost:\d+ does not answer \(tried \d+ times? in \d+ s\)/);
});

test('a web page in place of Spark is told apart', async () => {
  const web = createHttpServer((_, response) => response.end('<html>Sign in</html>'));
  const error = await failure(`sc://localhost:${await listening(web)}`);
  expect(error.message).toMatch(/what answers there is not Spark Connect/);
});

test('a plain server that is spoken to by TLS is told apart', async () => {
  const plain = createServer((socket) => socket.end('plain words'));
  const error = await failure(`sc://localhost:${await listening(plain)}/;use_ssl=true`);
  expect(error.message).toMatch(
    /what answers there is not Spark Connect \(.*wrong version number\): .+ with the same use_ssl/,
  );
});

test('an abort ends the connecting with the signal’s reason', async () => {
  const sockets = createServer((socket) => ends.push(() => socket.destroy()));
  const port = await listening(sockets);
  const reason = new Error('stopped by SIGTERM');
  expect(await failure(`sc://localhost:${port}`, AbortSignal.abort(reason))).toBe(reason);
});
