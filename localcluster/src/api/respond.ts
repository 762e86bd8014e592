import type { ServerResponse } from 'node:http';
import { ApiError, internal, type Status } from './api-error.ts';

export function sendJson(
  response: ServerResponse,
  code: number,
  body: object,
  type = 'application/json',
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(code, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** Answers an error as a Status; what is not ours is a bug and goes to the log too. */
export function sendError(response: ServerResponse, error: unknown, log: (line: string) => void): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  let status: Status;
  if (error instanceof ApiError) status = error.status;
  else {
    log(`request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    status = internal(error instanceof Error ? error.message : String(error)).status;
  }
  sendJson(response, status.code ?? 500, status);
}

/** Warnings travel in headers; kubectl prints them. RFC 7234 code 299. */
export function addWarning(response: ServerResponse, text: string): void {
  const quoted = JSON.stringify(text.replaceAll(/[^\x20-\x7e]/g, '?'));
  response.appendHeader('warning', `299 - ${quoted}`);
}
