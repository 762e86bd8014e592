import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request whose headers have come, and its answer. */
export interface Arrival {
  req: IncomingMessage;
  res: ServerResponse;
  since: number;
}

/** When the time of a request began, where that is not with its headers. */
const begun = new WeakMap<IncomingMessage, number>();

/** Its body may take longer than the deadline: whoever reads it sees to it that it goes on. */
export function takesItsTime(req: IncomingMessage): void {
  begun.set(req, Infinity);
}

/** What is left of its body has the deadline's time from now on. */
export function hasToArrive(req: IncomingMessage): void {
  begun.set(req, performance.now());
}

/**
 * Hangs up on bodies that do not arrive in time. Node's own `requestTimeout` knows no exceptions, and a body that is
 * scored while it arrives may be a gigabyte.
 */
export class ArrivalDeadline {
  readonly #timeoutMs: number;
  readonly #expire: (socket: Socket) => void;
  readonly #timer: NodeJS.Timeout;
  /** What came last on each connection; what came before it has arrived. */
  readonly #arrivals = new Map<Socket, Arrival>();

  /** @param expire called with a connection whose request is late and not answered yet */
  constructor(timeoutMs: number, expire: (socket: Socket) => void) {
    this.#timeoutMs = timeoutMs;
    this.#expire = expire;
    this.#timer = setInterval(() => this.#sweep(), Math.min(5_000, timeoutMs)).unref();
  }

  begin(req: IncomingMessage, res: ServerResponse): void {
    const { socket } = req;
    if (!this.#arrivals.has(socket)) socket.once('close', () => this.#arrivals.delete(socket));
    this.#arrivals.set(socket, { req, res, since: performance.now() });
  }

  /** What came last on a connection. */
  newest(socket: Socket): Arrival | undefined {
    return this.#arrivals.get(socket);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const latest = performance.now() - this.#timeoutMs;
    for (const [socket, { req, res, since }] of this.#arrivals) {
      if (req.complete || (begun.get(req) ?? since) > latest) continue;
      if (res.headersSent) socket.destroy();
      else this.#expire(socket);
    }
  }
}
