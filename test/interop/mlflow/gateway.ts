import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { freePort } from '../../free-port.ts';

/** An address of a server that is there only while it is open, as after a crash or in a maintenance window. */
export class Gateway implements AsyncDisposable {
  readonly uri: string;
  readonly #port: number;
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: number) {
    this.uri = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#target = target;
  }

  /** Closed at first. */
  static async to(uri: string): Promise<Gateway> {
    return new Gateway(await freePort(), Number(new URL(uri).port));
  }

  /** @param tls key and certificate, PEM: it is an https:// address then */
  async open(tls?: { key: string; cert: string }): Promise<void> {
    const forward = (socket: Socket): void => this.#forward(socket);
    this.#server = tls === undefined ? createServer(forward) : createTlsServer(tls, forward);
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #forward(socket: Socket): void {
    const onwards = connect(this.#target, '127.0.0.1');
    for (const [from, to] of [
      [socket, onwards],
      [onwards, socket],
    ] as const) {
      this.#sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => this.#sockets.delete(from));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server === undefined) return;
    this.#server.close();
    await once(this.#server, 'close');
  }
}
