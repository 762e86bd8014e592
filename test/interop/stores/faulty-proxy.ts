import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to a request on its way. */
export type Fault =
  /** It is done, and answered by an error or by nothing. */
  | { after: 'fail' | 'cut' }
  /** It never arrives. */
  | { before: 'cut' | 'silence' }
  /** Half of the answer's body arrives. */
  | { within: 'cut' }
  /** It is answered so many milliseconds later. */
  | { late: number }
  | { status: number; headers?: Record<string, string>; body?: string };

interface Rule {
  fault: Fault;
  matches: (method: string, url: string) => boolean;
  times: number;
}

/** Stands before a store and does to its requests what it is told. Counts what comes through. */
export class FaultyProxy {
  readonly origin: string;
  /** Method and URL of every request, whatever became of it. */
  readonly seen: string[] = [];
  readonly #server: Server;
  #rules: Rule[] = [];

  private constructor(server: Server, origin: string) {
    this.#server = server;
    this.origin = origin;
  }

  static async start(target: string): Promise<FaultyProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultyProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (incoming, answer) => void proxy.#handle(new URL(target), incoming, answer));
    return proxy;
  }

  /** The next requests that match, in the order of the calls; every one where `times` is Infinity. */
  inject(fault: Fault, matches: Rule['matches'] | RegExp = () => true, times = 1): void {
    const test =
      matches instanceof RegExp ? (method: string, url: string) => matches.test(`${method} ${url}`) : matches;
    this.#rules.push({ fault, matches: test, times });
  }

  heal(): void {
    this.#rules = [];
    this.seen.length = 0;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(target: URL, incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = '', url = '' } = incoming;
    this.seen.push(`${method} ${decodeURIComponent(url)}`);
    const fault = this.#faultOf(method, decodeURIComponent(url));
    incoming.on('error', () => {});
    if (fault !== undefined && 'before' in fault) {
      if (fault.before === 'cut') incoming.socket.destroy();
      return;
    }
    if (fault !== undefined && 'status' in fault) {
      incoming.resume();
      await once(incoming, 'end');
      answer.writeHead(fault.status, fault.headers);
      answer.end(method === 'HEAD' ? undefined : fault.body);
      return;
    }
    if (fault !== undefined && 'late' in fault) await delay(fault.late);
    this.#forward(target, incoming, answer, fault);
  }

  #faultOf(method: string, url: string): Fault | undefined {
    const rule = this.#rules.find(({ matches, times }) => times > 0 && matches(method, url));
    if (rule === undefined) return undefined;
    rule.times--;
    return rule.fault;
  }

  #forward(target: URL, incoming: IncomingMessage, answer: ServerResponse, fault: Fault | undefined): void {
    const { method, url, rawHeaders } = incoming;
    const options = { host: target.hostname, port: target.port, method, path: url, headers: rawHeaders };
    const upstream = request(options as unknown as object, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => pass(response, Buffer.concat(chunks), answer, fault));
    });
    upstream.on('error', () => answer.destroy());
    incoming.pipe(upstream);
  }
}

function pass(
  response: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
  fault: Fault | undefined,
): void {
  if (fault !== undefined && 'after' in fault) {
    if (fault.after === 'cut') return void answer.destroy();
    answer.writeHead(500, { 'content-type': 'application/xml' });
    return void answer.end(
      '<Error><Code>InternalError</Code><Message>it failed, and it is done</Message></Error>',
    );
  }
  answer.writeHead(response.statusCode ?? 500, response.rawHeaders);
  if (fault === undefined || !('within' in fault)) return void answer.end(body);
  answer.write(body.subarray(0, body.length / 2), () => answer.destroy());
}
