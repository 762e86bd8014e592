import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseTraceparent } from '../tracing/traceparent.ts';

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Of one request, in its answer, in a problem and in the log: the caller's own, when it can safely be repeated. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What a line of the log says of the trace that a request is a part of; nothing when it is of none. */
export function traceFields({ headers }: IncomingMessage): { traceId?: string } {
  const parent = parseTraceparent(headers['traceparent']);
  return parent === undefined ? {} : { traceId: parent.traceId };
}
