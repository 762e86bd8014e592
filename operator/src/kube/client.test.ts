import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { Agent } from 'undici';
import { afterEach, expect, test } from 'vitest';
import type { Access } from './access.ts';
import { KubeClient } from './client.ts';
import { Connection } from './connection.ts';
import { JOB } from './kinds.ts';
import { KubeError } from './kube-error.ts';

/** Less than a request would wait for its answer. */
const IN_TIME = { timeout: 25_000 };
let servers: Server[] = [];
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

/** @returns where it listens */
async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const accessTo = (server: string): Access => ({
  server,
  namespace: 'shop',
  // As patient as can be.
  admit: () => Promise.resolve({ headers: {}, dispatcher: new Agent({ connect: { timeout: 0 } }) }),
  forget: () => {},
});

test('a program to log in that fails is told as such, and not as a server that does not answer', async () => {
  const access: Access = {
    server: 'http://127.0.0.1:9',
    namespace: 'shop',
    admit: () => Promise.reject(new Error('aws: not found\nis it installed?\n')),
    forget: () => {},
  };
  const answered: string[] = [];
  const connection = new Connection(access, (_method, code) => answered.push(code));
  const error = await new KubeClient(connection).get(JOB, 'shop', 'x').catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: 'KubeError', code: 0, reason: 'NotLoggedIn' });
  expect((error as Error).message).toMatch(/^no credentials .*: aws: not found; is it installed\?$/);
  expect(answered).toEqual(['<error>']);
});

test('an answer that breaks off is an error of the API like any other, which is tried again', async () => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"kind":', () => response.destroy());
  });
  const access = accessTo(`http://${await listening(server)}`);
  const answer = new KubeClient(new Connection(access)).get(JOB, 'shop', 'once');
  const error = await answer.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KubeError);
  expect(error).toMatchObject({ code: 0, reason: 'Unreadable' });
  expect((error as Error).message).toMatch(/\/jobs\/once broke off$/);
});

test.each([
  ['has the request and never answers', 'http'],
  ['never gets as far as a connection', 'https'],
])('who stops waits for no API server that %s', IN_TIME, async (_, protocol) => {
  const accepted = Promise.withResolvers<void>();
  // It says nothing, not even what belongs to TLS.
  const server = createTcpServer((socket) => {
    sockets.push(socket);
    accepted.resolve();
  });
  const stop = new AbortController();
  const connection = new Connection(accessTo(`${protocol}://${await listening(server)}`));
  const client = new KubeClient(connection, undefined, stop.signal);
  const answer = client.get(JOB, 'shop', 'once').catch((caught: unknown) => caught);
  await accepted.promise;
  stop.abort();
  expect(await answer).toMatchObject({ name: 'KubeError', code: 0, reason: 'Stopped' });
  await expect(client.get(JOB, 'shop', 'another')).rejects.toMatchObject({ reason: 'Stopped' });
});

test('who stops waits for no program to log in', IN_TIME, async () => {
  const stop = new AbortController();
  const asked = Promise.withResolvers<void>();
  const access = accessTo('http://127.0.0.1:9');
  access.admit = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  const client = new KubeClient(new Connection(access), undefined, stop.signal);
  const answer = client.get(JOB, 'shop', 'once');
  await asked.promise;
  stop.abort();
  await expect(answer).rejects.toMatchObject({ reason: 'Stopped' });
});
