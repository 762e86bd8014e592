import { once } from 'node:events';
import type { Server as PlainServer } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo, Server as Listener } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { StockoutError } from '@stockout/contracts';

/** With or without TLS. */
export type HttpServer = PlainServer | SecureServer;

/**
 * @returns the server's URL on this machine
 * @throws {StockoutError} when the port is taken or not ours to open
 */
export async function listen(server: Listener, port: number, host: string, option: string): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, port, host, option);
  }
  const address = server.address() as AddressInfo;
  const everywhere = address.address === '0.0.0.0' || address.address === '::';
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  const scheme = server instanceof TlsServer ? 'https' : 'http';
  return `${scheme}://${everywhere ? '127.0.0.1' : name}:${address.port}`;
}

function explain(error: NodeJS.ErrnoException, port: number, host: string, option: string): Error {
  const why: Record<string, string> = {
    EADDRINUSE: `port ${port} is taken: choose another with ${option}`,
    ERR_SOCKET_BAD_PORT: `port ${port} is none: choose one from 0 to 65535 with ${option}`,
    EACCES: `port ${port} needs privileges: choose one above 1023 with ${option}`,
    EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host`,
    ENOTFOUND: `${host} is not a known host: choose another with --host`,
  };
  const message = why[error.code ?? ''];
  return message === undefined ? error : new StockoutError(message, { cause: error });
}

/** Stops accepting, lets requests under way end, and breaks off what is left after `graceMs`. */
export async function closeServer(server: HttpServer, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
