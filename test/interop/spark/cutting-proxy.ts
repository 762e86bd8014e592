import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

/** A TCP proxy whose connections can be cut, or held so that nothing passes. */
export interface CuttingProxy extends AsyncDisposable {
  connectUrl: string;
  /** Bytes from the server so far. */
  received: () => number;
  cut: () => void;
  /** From now on connections stay open and nothing passes, until it is called with false. */
  hold: (held: boolean) => void;
  /** Called for each piece that comes from the server. */
  onData: (listener: () => void) => void;
}

export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target.replace(/^sc:/, 'http:'));
  const sockets = new Set<Socket>();
  const listeners: (() => void)[] = [];
  let received = 0;
  let held = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => to.destroy());
      from.on('data', (bytes: Buffer) => {
        if (!held) to.write(bytes);
      });
    }
    upstream.on('data', (bytes: Buffer) => {
      received += bytes.length;
      for (const listener of listeners) listener();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    connectUrl: target.replace(`:${port}`, `:${(server.address() as AddressInfo).port}`),
    received: () => received,
    cut,
    hold: (wanted) => {
      held = wanted;
    },
    onData: (listener) => listeners.push(listener),
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
