import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Runtime } from '../runtime.ts';
import { SecureHttpServer } from '../tls/secure-http-server.ts';
import { ArrivalDeadline } from './arrival-deadline.ts';
import type { HttpServer } from './listen.ts';
import { createPages } from './pages.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';
import { ScoringFront } from './scoring-front.ts';

/** Longer than the idle time of the usual load balancers (60 s), so that they close first and no request is lost. */
const KEEP_ALIVE_MS = 75_000;

export function createPublicServer(runtime: Runtime): HttpServer {
  const { headersTimeoutMs, requestTimeoutMs } = runtime.limits;
  const front = new ScoringFront(runtime);
  const pages = createPages(runtime);
  const deadline = new ArrivalDeadline(requestTimeoutMs, (socket) =>
    answerBroken({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket),
  );
  const handle = (req: IncomingMessage, res: ServerResponse, awaited: boolean): void => {
    deadline.begin(req, res);
    if (!(req.url as string).startsWith('/')) req.url = originForm(req.url as string);
    if (front.handle(req, res, awaited)) return;
    if (awaited) res.writeContinue();
    pages(req, res);
  };
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    // The deadline's.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
  };
  const plainly: RequestListener = (req, res) => handle(req, res, false);
  const { certificate } = runtime;
  const server =
    certificate === undefined
      ? createServer(options, plainly)
      : new SecureHttpServer(options, certificate, plainly);
  server.on('checkContinue', (req, res) => handle(req, res, true));
  server.on('checkExpectation', answerExpectation);
  server.on('clientError', answerBroken);
  server.on('close', () => deadline.close());
  return server;
}

/** A proxy's caller may name the whole URL (RFC 9112 3.2.2). */
function originForm(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}

function answerExpectation(_: IncomingMessage, res: ServerResponse): void {
  const problem = new ProblemError(417, 'the only Expect that is understood is 100-continue: leave it out');
  const body = JSON.stringify(problem.toProblem());
  // What is announced is never read.
  res.writeHead(problem.status, { 'Content-Type': PROBLEM_TYPE, Connection: 'close' }).end(body);
}

const BROKEN: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are larger than the 16 KiB that are read'],
};

/** What is not HTTP, or stops half-way, never becomes a request: it is answered on the bare connection. */
function answerBroken(error: { code?: string; reason?: string }, socket: Duplex): void {
  // Who cannot agree on TLS with us cannot be told anything either.
  if (error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL_') || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = BROKEN[error.code ?? ''] ?? [400, 'this is not an HTTP request'];
  // The parser's own words, none of the caller's.
  const why = error.reason === undefined ? detail : `${detail}: ${error.reason}`;
  const body = JSON.stringify(new ProblemError(status, why).toProblem());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${body.length}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
