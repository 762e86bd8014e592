import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { exchange, type Received, type Sent } from './exchange.ts';

const GET: Sent = { method: 'GET', path: '/shadow' };
const never = new AbortController().signal;

/** A pod that answers so. @returns asks it */
async function aPod(
  answer: RequestListener,
): Promise<(sent: Sent, signal?: AbortSignal) => Promise<Received>> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return (sent, signal = never) => exchange('127.0.0.1', sent, signal, port);
}

it('sends JSON and reads JSON', async () => {
  const ask = await aPod(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { method, url, headers } = req;
    const body = Buffer.concat(chunks).toString();
    res.end(JSON.stringify({ method, url, type: headers['content-type'], body }));
  });
  expect(await ask({ method: 'PUT', path: '/shadow', body: { id: 'a' } })).toEqual({
    status: 200,
    text: expect.stringContaining('/shadow'),
    json: { method: 'PUT', url: '/shadow', type: 'application/json', body: '{"id":"a"}' },
  });
});

it('a problem is an error that says its detail, unless the status is expected', async () => {
  const ask = await aPod((_, res) => {
    res.writeHead(404).end(JSON.stringify({ detail: 'nothing is compared' }));
  });
  await expect(ask(GET)).rejects.toThrow('404: nothing is compared');
  expect((await ask({ ...GET, expected: 404 })).status).toBe(404);
});

it.each<[string, RequestListener, Sent, RegExp]>([
  [
    'no answer in time',
    () => {},
    { ...GET, timeoutMs: 20 },
    /^its admin port cannot be asked: no answer in time$/,
  ],
  ['a redirect', (_, res) => res.writeHead(302, { location: '/livez' }).end(), GET, /cannot be asked/],
  [
    'an answer without end',
    (_, res) => void res.write(' '.repeat(5 * 2 ** 20)),
    GET,
    /its answer is too long/,
  ],
  ['a connection that breaks off', (_, res) => void res.destroy(), GET, /cannot be asked: UND_ERR_SOCKET/],
  ['a page', (_, res) => res.writeHead(500).end('<html>'), GET, /^it answered 500$/],
])('%s is told in few words', async (_, answer, sent, expected) => {
  const ask = await aPod(answer);
  await expect(ask(sent)).rejects.toThrow(expected);
});

it('ends when it is to end', async () => {
  const abort = new AbortController();
  const ask = await aPod(() => abort.abort());
  await expect(ask(GET, abort.signal)).rejects.toThrow(/cannot be asked/);
});
