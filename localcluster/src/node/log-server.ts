import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { hasToken } from '../api/server.ts';
import type { Certificate } from '../api/tls.ts';
import type { ContainerRunner } from './container-runner.ts';
import { type LogFile, readLog, showLine } from './log-file.ts';

export interface LogServing {
  certificate: Certificate;
  /** Who may ask: the bearer of a token, or of a certificate that this authority (PEM) signed. */
  token?: string;
  clientCa?: string;
  /** 10250 on a real cluster, 0 for any. */
  port?: number;
}

export type FindContainer = (
  namespace: string,
  pod: string,
  container: string,
) => ContainerRunner | undefined;

const PATH = /^\/containerLogs\/(?<namespace>[^/]+)\/(?<pod>[^/]+)\/(?<container>[^/]+)$/;

/** Serves containers' logs where an API server asks a kubelet for them. */
export async function serveLogs(
  { certificate, token, clientCa, port = 0 }: LogServing,
  find: FindContainer,
): Promise<{ port: number; stop: () => void }> {
  const byCertificate =
    clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false };
  const server = createServer({ ...certificate, ...byCertificate }, (request, response) => {
    const known = (request.socket as TLSSocket).authorized && clientCa !== undefined;
    if (!known && !(token !== undefined && hasToken(request, token))) {
      response.writeHead(401).end('Unauthorized');
      return;
    }
    answer(request, response, find).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const stop = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  find: FindContainer,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://localhost');
  const { namespace = '', pod = '', container = '' } = PATH.exec(pathname)?.groups ?? {};
  const runner = find(namespace, pod, container);
  if (!runner?.log) {
    response.writeHead(404).end(`no log of container ${container} in pod ${namespace}/${pod} yet\n`);
    return;
  }
  const previous = searchParams.get('previous') === 'true';
  const file = previous ? previousLog(runner) : runner.log.path;
  if (file === undefined) {
    const message = `previous terminated container "${container}" in pod "${pod}" not found\n`;
    response.writeHead(400).end(message);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const follow = searchParams.get('follow') === 'true' && !previous;
  await send(response, file, follow ? runner.log : undefined, searchParams);
}

function previousLog({ log, status }: ContainerRunner): string | undefined {
  if (!log || status.restartCount === 0) return undefined;
  return join(dirname(log.path), `${status.restartCount - 1}.log`);
}

async function send(
  response: ServerResponse,
  file: string,
  live: LogFile | undefined,
  query: URLSearchParams,
): Promise<void> {
  const timestamps = query.get('timestamps') === 'true';
  const write = (line: string): void => void response.write(`${showLine(line, timestamps)}\n`);
  // Lines that come while the file is read are held back, and those that were read are not sent twice.
  const held: string[] = [];
  let hold: ((line: string) => void) | undefined = (line) => void held.push(line);
  const listener = (line: string): void => (hold ? hold(line) : write(line));
  live?.on('line', listener);
  const tail = query.get('tailLines');
  const lines = await readLog(file, {
    timestamps: true,
    ...(tail === null ? {} : { tailLines: Number(tail) }),
    ...since(query),
  });
  for (const line of lines) response.write(`${timestamps ? line : line.slice(line.indexOf(' ') + 1)}\n`);
  const newest = lines.at(-1)?.split(' ', 1)[0] ?? '';
  for (const line of held) if ((line.split(' ', 1)[0] ?? '') > newest) write(line);
  hold = undefined;
  if (!live || live.ended) {
    live?.off('line', listener);
    response.end();
    return;
  }
  live.once('end', () => response.end());
  response.on('close', () => live.off('line', listener));
}

function since(query: URLSearchParams): { since?: number } {
  const seconds = query.get('sinceSeconds');
  if (seconds !== null) return { since: Date.now() - Number(seconds) * 1000 };
  const instant = query.get('sinceTime');
  return instant === null ? {} : { since: Date.parse(instant) };
}
