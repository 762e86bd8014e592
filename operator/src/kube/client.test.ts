import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Access } from './access.ts';
import { KubeClient } from './client.ts';
import { Connection } from './connection.ts';
import { JOB } from './kinds.ts';
import { KubeError } from './kube-error.ts';

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
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const access: Access = {
    server: `http://127.0.0.1:${port}`,
    namespace: 'shop',
    admit: () => Promise.resolve({ headers: {}, dispatcher: undefined }),
    forget: () => {},
  };
  const answer = new KubeClient(new Connection(access)).get(JOB, 'shop', 'once');
  const error = await answer.catch((caught: unknown) => caught);
  server.close();
  expect(error).toBeInstanceOf(KubeError);
  expect(error).toMatchObject({ code: 0, reason: 'Unreadable' });
  expect((error as Error).message).toMatch(/\/jobs\/once broke off$/);
});
