import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface AdminInput {
  host: string;
  /** 0: any that is free. */
  port: number;
  registry: Registry;
  /** What is not ready yet, in words; undefined when all is. */
  unready(): string | undefined;
}

export interface AdminServer {
  url: string;
  stop(): Promise<void>;
}

/** /metrics, /healthz and /readyz. @throws Error when the port is taken, naming it */
export async function startAdminServer(input: AdminInput): Promise<AdminServer> {
  const server = createServer(answer(input));
  await listen(server, input);
  const { address, port } = server.address() as AddressInfo;
  const name = address.includes(':') ? `[${address}]` : address;
  return { url: `http://${name}:${port}`, stop: () => close(server) };
}

function answer({ registry, unready }: AdminInput): RequestListener {
  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/metrics') {
      response.setHeader('Content-Type', registry.contentType).end(await registry.metrics());
    } else if (path === '/healthz') {
      response.end('ok\n');
    } else if (path === '/readyz') {
      const waiting = unready();
      response.writeHead(waiting === undefined ? 200 : 503).end(`${waiting ?? 'ok'}\n`);
    } else {
      response.writeHead(404).end('there is /metrics, /healthz and /readyz\n');
    }
  };
}

function listen(server: Server, { host, port }: AdminInput): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`port ${port} on ${host} is taken: choose another with --admin-port`) : error);
    });
    server.listen(port, host, resolve);
  });
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
