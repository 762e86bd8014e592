import type { Server, Socket } from 'node:net';

/**
 * Every connection of a listener. Node's http knows of a connection only once its TLS handshake has ended, and one that
 * never ends would keep a listener from closing.
 */
export class OpenSockets {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
