import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { hasToken } from '../api/server.ts';
import type { Certificate } from '../api/tls.ts';
import type { ContainerRunner } from './container-runner.ts';
import { type LogFile, type LogOptions, readLog, showLine } from './log-file.ts';

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
) => Pick<ContainerRunner, 'log' | 'status'> | undefined;

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
  if (!runner?.log) return refuse(response, waiting(pod, container, runner));
  const previous = searchParams.get('previous') === 'true';
  const file = previous ? previousLog(runner) : runner.log.path;
  if (file === undefined) {
    return refuse(response, `previous terminated container "${container}" in pod "${pod}" not found`);
  }
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const options = logOptions(searchParams);
  if (searchParams.get('follow') === 'true' && !previous) return follow(response, runner.log, options);
  for (const line of await readLog(file, options)) response.write(`${line}\n`);
  response.end();
}

function refuse(response: ServerResponse, why: string): void {
  response.writeHead(400).end(`${why}\n`);
}

/** In the words of the kubelet. */
function waiting(pod: string, container: string, runner: ReturnType<FindContainer>): string {
  const reason = runner?.status.state?.waiting?.reason ?? 'ContainerCreating';
  return `container "${container}" in pod "${pod}" is waiting to start: ${reason}`;
}

function previousLog({ log, status }: NonNullable<ReturnType<FindContainer>>): string | undefined {
  if (!log || status.restartCount === 0) return undefined;
  return join(dirname(log.path), `${status.restartCount - 1}.log`);
}

/** What is there and then what comes, each line once: those of now are read from disk, later ones are told. */
async function follow(response: ServerResponse, log: LogFile, options: LogOptions): Promise<void> {
  const held: string[] = [];
  const write = (line: string): void => void response.write(`${showLine(line, options.timestamps)}\n`);
  let take = (line: string): void => void held.push(line);
  const listener = (line: string): void => take(line);
  const end = (): void => void response.end();
  log.on('line', listener);
  response.on('close', () => log.off('line', listener).off('end', end));
  const upTo = log.lines;
  await log.flushed();
  for (const line of await readLog(log.path, { ...options, upTo })) response.write(`${line}\n`);
  held.forEach(write);
  take = write;
  if (log.ended) end();
  else log.once('end', end);
}

function logOptions(query: URLSearchParams): LogOptions {
  const tail = query.get('tailLines');
  return {
    timestamps: query.get('timestamps') === 'true',
    ...(tail === null ? {} : { tailLines: Number(tail) }),
    ...since(query),
  };
}

function since(query: URLSearchParams): { since?: number } {
  const seconds = query.get('sinceSeconds');
  if (seconds !== null) return { since: Date.now() - Number(seconds) * 1000 };
  const instant = query.get('sinceTime');
  return instant === null ? {} : { since: Date.parse(instant) };
}
