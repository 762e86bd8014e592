import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openStorage } from '../open-storage.ts';

afterEach(() => vi.unstubAllEnvs());

test('a server that ignores If-None-Match is refused at the first conditional write, which it does not keep', async () => {
  const objects = new Set<string>();
  const server = createServer((request, answer) => {
    const key = (request.url ?? '').replace(/\?.*/, '');
    if (request.method === 'PUT') objects.add(key);
    if (request.method === 'DELETE') objects.delete(key);
    request.resume().on('end', () => answer.writeHead(200, { etag: '"1"' }).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const storage = openStorage('s3://bucket/prod');
  await storage.put('plain', 'x');
  await expect(storage.putIfAbsent('commit', 'x')).rejects.toThrow(
    /s3:\/\/bucket\/prod: this server ignores If-None-Match .*two writers could overwrite each other/,
  );
  expect([...objects]).toEqual(['/bucket/prod/plain']);
  server.closeAllConnections();
  server.close();
});
