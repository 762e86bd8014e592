import type { IncomingMessage, ServerResponse } from 'node:http';
import { releaseMemory } from '../release-memory.ts';
import type { Runtime } from '../runtime.ts';
import { beginHttpSpan, httpAttributes } from '../tracing/http-span.ts';
import type { RequestSpan } from '../tracing/tracing.ts';
import { AnswerStream } from './answer-stream.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';
import { requestIdOf, traceFields } from './request-id.ts';
import type { Match } from './route-table.ts';

/** One request on a scoring route, and the one answer to it. */
export class Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly runtime: Runtime;
  readonly started = performance.now();
  readonly #match: Match;
  #requestId: string | undefined;
  readonly #span: RequestSpan | undefined;
  #answered = false;
  #stream: AnswerStream | undefined;

  constructor(req: IncomingMessage, res: ServerResponse, match: Match, runtime: Runtime) {
    this.req = req;
    this.res = res;
    this.runtime = runtime;
    this.#match = match;
    // Probes come by the second, and would drown what is asked in earnest.
    if (match.route.open !== true && runtime.tracing !== undefined) {
      this.#span = beginHttpSpan(runtime.tracing, req, match.path);
    }
  }

  get requestId(): string {
    return (this.#requestId ??= requestIdOf(this.req));
  }

  /** @param body JSON as bytes, which are freed once they are sent, or as a string of ASCII characters */
  json(body: string | Uint8Array): void {
    this.#answer(200, 'application/json', body, []);
  }

  /**
   * Answers 200 with another kind of body.
   * @param body bytes, which are freed once they are sent, or a string of ASCII characters
   * @param headers further ones, as flat pairs of name and value
   */
  send(type: string, body: string | Uint8Array, headers: string[] = []): void {
    this.#answer(200, type, body, [...headers]);
  }

  /** Begins a 200 whose body follows in parts. What fails from here on breaks the answer off. */
  stream(type: string, headers: string[] = []): AnswerStream {
    if (this.#answered) throw new Error('this request has been answered');
    this.#answered = true;
    this.#stream = new AnswerStream(this.res);
    this.res.writeHead(200, this.#headers(type, [...headers]));
    this.res.once('close', () => this.#count(200));
    return this.#stream;
  }

  /**
   * Any error becomes a problem; one that nobody foresaw is logged and told without its insides. An answer that has
   * begun is broken off instead, and the log says why.
   */
  fail(error: unknown): void {
    if (this.#stream !== undefined) return this.#break(error, this.#stream);
    const problem = error instanceof ProblemError ? error : this.#unforeseen(error);
    const headers = Object.entries(problem.headers).flat();
    const { route } = this.#match;
    const members = { requestId: this.requestId, ...route.problemMembers?.(problem) };
    const type = route.problemType ?? PROBLEM_TYPE;
    this.#answer(problem.status, type, JSON.stringify(problem.toProblem(members)), headers);
  }

  #unforeseen(error: unknown): ProblemError {
    this.#log('error', 'a request failed', (error as Error).stack);
    return new ProblemError(500, 'the predictor failed: its log says why');
  }

  #break(error: unknown, stream: AnswerStream): void {
    if (this.res.destroyed || this.res.writableEnded) return;
    const { message, stack } = error as Error;
    if (error instanceof ProblemError) this.#log('warn', `an answer was broken off: ${message}`);
    else this.#log('error', 'an answer was broken off', stack);
    stream.break();
  }

  #log(level: 'warn' | 'error', message: string, stack?: string): void {
    const trace = this.#span === undefined ? traceFields(this.req) : { traceId: this.#span.traceId };
    const fields = { route: this.#match.path, requestId: this.requestId, ...trace };
    this.runtime.log(level, message, stack === undefined ? fields : { ...fields, stack });
  }

  #answer(status: number, type: string, body: string | Uint8Array, headers: string[]): void {
    if (this.#answered) return;
    this.#answered = true;
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
    headers.push('Content-Length', String(length));
    this.res.writeHead(status, this.#headers(type, headers));
    // As a string it goes out in one write with the head; problems may hold any character.
    this.res.end(body, status === 200 ? 'latin1' : 'utf8');
    if (typeof body !== 'string') this.res.once('close', () => releaseMemory(body));
    this.#count(status);
  }

  /** Flat pairs are Node's quickest way to send headers. */
  #headers(type: string, headers: string[]): string[] {
    const { lifecycle, serving } = this.runtime;
    headers.push('Content-Type', type, 'X-Content-Type-Options', 'nosniff');
    headers.push('X-Request-Id', this.requestId);
    if (serving !== undefined) headers.push('X-Model-Version', serving.model.manifest.version);
    if (lifecycle.stopping) headers.push('Connection', 'close');
    return headers;
  }

  #count(status: number): void {
    this.runtime.metrics.request(this.#match.path, status, (performance.now() - this.started) / 1000);
    this.#span?.end(httpAttributes(status, this.requestId), status >= 500);
  }
}
