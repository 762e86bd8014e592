import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Runtime } from '../runtime.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** One request on a scoring route, and the one answer to it. */
export class Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly route: string;
  readonly runtime: Runtime;
  readonly started = performance.now();
  #answered = false;

  constructor(req: IncomingMessage, res: ServerResponse, route: string, runtime: Runtime) {
    this.req = req;
    this.res = res;
    this.route = route;
    this.runtime = runtime;
  }

  /** @param body JSON as bytes, or as a string of ASCII characters */
  json(body: string | Uint8Array): void {
    this.#answer(200, 'application/json', body, []);
  }

  /** Any error becomes a problem; one that nobody foresaw is logged and told without its insides. */
  fail(error: unknown): void {
    const problem = error instanceof ProblemError ? error : this.#unforeseen(error);
    const headers = Object.entries(problem.headers).flat();
    this.#answer(problem.status, PROBLEM_TYPE, JSON.stringify(problem.toProblem()), headers);
  }

  #unforeseen(error: unknown): ProblemError {
    const { stack } = error as Error;
    this.runtime.log('error', 'a request failed', { route: this.route, requestId: this.#requestId(), stack });
    return new ProblemError(500, 'the predictor failed: its log says why');
  }

  #answer(status: number, type: string, body: string | Uint8Array, headers: string[]): void {
    if (this.#answered) return;
    this.#answered = true;
    const { lifecycle, serving, metrics } = this.runtime;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    // Flat pairs are Node's quickest way to send headers.
    headers.push('Content-Type', type, 'Content-Length', String(length), 'X-Content-Type-Options', 'nosniff');
    headers.push('X-Request-Id', this.#requestId());
    if (serving !== undefined) headers.push('X-Model-Version', serving.model.manifest.version);
    if (lifecycle.stopping) headers.push('Connection', 'close');
    this.res.writeHead(status, headers);
    // As a string it goes out in one write with the head; problems may hold any character.
    this.res.end(body, status === 200 ? 'latin1' : 'utf8');
    metrics.request(this.route, status, (performance.now() - this.started) / 1000);
  }

  /** The caller's own, when it can safely be repeated. */
  #requestId(): string {
    const given = this.req.headers['x-request-id'];
    return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  }
}
