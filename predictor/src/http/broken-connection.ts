import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Arrival } from './arrival-deadline.ts';
import { PROBLEM_TYPE, ProblemError } from './problem.ts';

/** As Node's parser of HTTP has it; `reason` is in words. */
export interface ConnectionError {
  code?: string;
  reason?: string;
}

const BROKEN: Record<string, [status: number, detail: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not arrive in time'],
  HPE_HEADER_OVERFLOW: [431, 'the headers are larger than the 16 KiB that are read'],
  HPE_INVALID_EOF_STATE: [400, 'the request ends half-way'],
};

/**
 * Tells a caller that what he sends is not HTTP, or stops half-way, and hangs up: it never became a request, so it is
 * answered on the bare connection, behind the answers to the requests before.
 * @param newest what came last on the connection as a request
 */
export function answerBroken(error: ConnectionError, socket: Duplex, newest: Arrival | undefined): void {
  // Who cannot agree on TLS with us cannot be told anything either.
  if (error.code === 'ECONNRESET' || error.code?.startsWith('ERR_SSL_')) return void socket.destroy();
  if (newest === undefined || newest.res.writableFinished) return tell(error, socket);
  const { req, res } = newest;
  if (req.complete) res.once('close', () => tell(error, socket));
  // Within an answer, or ahead of an earlier one, it would be taken for that one's.
  else if (res.headersSent || res.socket === null) socket.destroy();
  else tell(error, socket);
}

function tell(error: ConnectionError, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const known = BROKEN[error.code ?? ''];
  const [status, detail] = known ?? [400, 'this is not an HTTP request'];
  // The parser's own words, none of the caller's.
  const why = known !== undefined || error.reason === undefined ? detail : `${detail}: ${error.reason}`;
  const body = JSON.stringify(new ProblemError(status, why).toProblem());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${body.length}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}
