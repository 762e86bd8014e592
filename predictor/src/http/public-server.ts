import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Runtime } from '../runtime.ts';
import { SecureHttpServer } from '../tls/secure-http-server.ts';
import { ArrivalDeadline } from './arrival-deadline.ts';
import { answerBroken, type ConnectionError } from './broken-connection.ts';
import { LazyPages } from './lazy-pages.ts';
import { limitConnections } from './limit-connections.ts';
import type { HttpServer } from './listen.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';
import { ScoringFront } from './scoring-front.ts';

/** Longer than the idle time of the usual load balancers (60 s), so that they close first and no request is lost. */
const KEEP_ALIVE_MS = 75_000;

export function createPublicServer(runtime: Runtime): HttpServer {
  const { connections, headersTimeoutMs, requestTimeoutMs } = runtime.limits;
  const front = new ScoringFront(runtime);
  const pages = new LazyPages(runtime);
  const broken = (error: ConnectionError, socket: Socket): void =>
    answerBroken(error, socket, deadline.newest(socket));
  const deadline = new ArrivalDeadline(requestTimeoutMs, (socket) =>
    broken({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket),
  );
  const handle = (req: IncomingMessage, res: ServerResponse, awaited: boolean): void => {
    deadline.begin(req, res);
    if (!(req.url as string).startsWith('/')) req.url = originForm(req.url as string);
    if (front.handle(req, res, awaited)) return;
    if (awaited) res.writeContinue();
    void pages.handle(req, res);
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
  // Who ends his half of the connection behind his request still reads (RFC 9112 9.6). Node would hang up.
  Object.assign(server, { httpAllowHalfOpen: true });
  limitConnections(server, connections, () => runtime.metrics.trouble.connectionRefused('http'));
  server.on('checkContinue', (req, res) => handle(req, res, true));
  server.on('checkExpectation', (req, res) => {
    deadline.begin(req, res);
    answerExpectation(res);
  });
  server.on('clientError', (error: ConnectionError, socket) => broken(error, socket as Socket));
  server.on('close', () => deadline.close());
  return server;
}

/** A proxy's caller may name the whole URL (RFC 9112 3.2.2). */
function originForm(url: string): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}

function answerExpectation(res: ServerResponse): void {
  const problem = new ProblemError(417, 'the only Expect that is understood is 100-continue: leave it out');
  const body = JSON.stringify(problem.toProblem());
  // What is announced is never read.
  res.writeHead(problem.status, { 'Content-Type': PROBLEM_TYPE, Connection: 'close' }).end(body);
}
