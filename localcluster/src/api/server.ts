import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { unauthorized } from './api-error.ts';
import { handle } from './handler.ts';
import type { ResourceContext } from './resource-handler.ts';
import { sendError } from './respond.ts';
import type { Certificate } from './tls.ts';

export interface ApiServerOptions {
  /** 0 for any free port. */
  port: number;
  token: string;
  certificate: Certificate;
  log: (line: string) => void;
}

export interface ApiServer {
  url: string;
  stop(): Promise<void>;
}

/** Serves the API on 127.0.0.1 over TLS, to whoever has the token. */
export async function startApiServer(
  context: Omit<ResourceContext, 'watches'>,
  { port, token, certificate, log }: ApiServerOptions,
): Promise<ApiServer> {
  const watches = new Set<() => void>();
  const server = createServer({ ...certificate, keepAliveTimeout: 60_000 }, (request, response) => {
    if (!hasToken(request, token)) return sendError(response, unauthorized(), log);
    handle({ ...context, watches }, request, response).catch((error: unknown) =>
      sendError(response, error, log),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const end of watches) end();
    server.closeAllConnections();
    await closed;
  };
  return { url: `https://127.0.0.1:${bound}`, stop };
}

/** Compared in constant time. */
export function hasToken(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from((request.headers.authorization ?? '').replace(/^Bearer /, ''));
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
