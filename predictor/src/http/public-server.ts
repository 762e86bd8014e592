import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Runtime } from '../runtime.ts';
import { createPages } from './pages.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';
import { ScoringFront } from './scoring-front.ts';

/** Longer than the idle time of the usual load balancers (60 s), so that they close first and no request is lost. */
const KEEP_ALIVE_MS = 75_000;

export function createPublicServer(runtime: Runtime): Server {
  const { headersTimeoutMs, requestTimeoutMs } = runtime.limits;
  const front = new ScoringFront(runtime);
  const pages = createPages(runtime);
  const handle = (req: IncomingMessage, res: ServerResponse, awaited: boolean): void => {
    if (front.handle(req, res, awaited)) return;
    if (awaited) res.writeContinue();
    pages(req, res);
  };
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, headersTimeoutMs),
    },
    (req, res) => handle(req, res, false),
  );
  server.on('checkContinue', (req, res) => handle(req, res, true));
  server.on('clientError', answerBroken);
  return server;
}

const BROKEN: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
};

/** What is not HTTP, or stops half-way, never becomes a request: it is answered on the bare connection. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = BROKEN[error.code ?? ''] ?? [400, 'this is not an HTTP request'];
  const body = JSON.stringify(new ProblemError(status, detail).toProblem());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${body.length}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
