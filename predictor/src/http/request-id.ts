import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { parseTraceparent } from '../tracing/traceparent.ts';

const REQUEST_ID = /^[\w.:/+=-]{1,128}$/;

/** Of one request, in its answer, in a problem and in the log: the caller's own, when it can safely be repeated. */
export function requestIdOf({ headers }: IncomingMessage): string {
  return requestIdBy(headers['x-request-id']);
}

/** @param given what the caller calls his request, if anything */
export function requestIdBy(given: unknown): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** What a line of the log says of the trace that a request is a part of; nothing when it is of none. */
export function traceFields({ headers }: IncomingMessage): { traceId?: string } {
  return traceFieldsBy(headers['traceparent']);
}

/** @param given what the caller says of the trace, if anything */
export function traceFieldsBy(given: unknown): { traceId?: string } {
  const parent = parseTraceparent(given);
  return parent === undefined ? {} : { traceId: parent.traceId };
}
