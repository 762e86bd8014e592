import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually } from './running.ts';

/** A caller who says what no HTTP client would. */
export class RawClient implements Disposable {
  readonly #socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (chunk: string) => (this.#received += chunk));
    // The server may hang up while we write.
    socket.on('error', () => {});
  }

  static async connect(url: string): Promise<RawClient> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  get closed(): boolean {
    return this.#socket.closed || this.#socket.readableEnded;
  }

  /** Sends the last of what he says. */
  end(text: string): void {
    this.#socket.end(text, 'latin1');
  }

  send(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  async receives(pattern: RegExp): Promise<string> {
    await eventually(() => pattern.test(this.#received));
    return this.#received;
  }

  /** Sends at the pace of the connection, at most so many times. */
  async sendUntilClosed(text: string, atMost: number): Promise<void> {
    for (let count = 0; count < atMost; count++) {
      if (this.closed || !this.#socket.writable) return;
      if (this.#socket.write(text, 'latin1')) continue;
      const changed = new AbortController();
      const { signal } = changed;
      // Rejects with the reset that we are waiting for.
      const events = ['drain', 'close'].map((name) => once(this.#socket, name, { signal }).catch(() => {}));
      await Promise.race(events);
      changed.abort();
    }
    throw new Error(`still open after ${atMost} times ${text.length} bytes`);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
