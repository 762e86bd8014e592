import type { Socket } from 'node:net';
import type { Server } from 'node:tls';

/** What carries a connection within TLS. Node has no public way from the one to the other. */
const beneath = new WeakMap<Socket, Socket>();

/** Has `reset` reach the TCP connections of a server. */
export function keepCarriers(server: Server): void {
  const carriers = new Map<string, Socket>();
  server.on('connection', (carrier: Socket) => {
    const peer = peerOf(carrier);
    carriers.set(peer, carrier);
    carrier.once('close', () => carriers.delete(peer));
  });
  server.on('secureConnection', (socket) => {
    const carrier = carriers.get(peerOf(socket));
    if (carrier !== undefined) beneath.set(socket, carrier);
  });
}

/** Ends a connection by TCP's reset, which no caller takes for an orderly end, within TLS too. */
export function reset(socket: Socket): void {
  (beneath.get(socket) ?? socket).resetAndDestroy();
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
