import { connect, type Socket } from 'node:net';

export interface Endpoint {
  host: string;
  port: number;
}

const CONNECT_MILLISECONDS = 2000;

/** Joins a client to the first endpoint that answers; without one the connection is reset. */
export async function forward(client: Socket, endpoints: Endpoint[]): Promise<void> {
  client.pause();
  client.on('error', () => client.destroy());
  for (const endpoint of endpoints) {
    const server = await open(endpoint);
    if (!server) continue;
    if (client.destroyed) {
      server.destroy();
      return;
    }
    join(client, server);
    return;
  }
  client.resetAndDestroy();
}

function open({ host, port }: Endpoint): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
    const fail = (): void => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(CONNECT_MILLISECONDS, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

/** Each side's end is passed on; an error on one ends the other. */
function join(client: Socket, server: Socket): void {
  const both = [client, server] as const;
  for (const [from, to] of [both, both.toReversed() as [Socket, Socket]]) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      if (!to.writableEnded) to.destroy();
    });
  }
}
