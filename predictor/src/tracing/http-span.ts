import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { RequestSpan, Tracing } from './tracing.ts';
import { parseTraceparent } from './traceparent.ts';

/** The span of an HTTP request, named by its route: what callers type in a path makes no names. */
export function beginHttpSpan(tracing: Tracing, req: IncomingMessage, route: string): RequestSpan {
  const { method = '', headers, url = '' } = req;
  return tracing.begin(
    `${method} ${route}`,
    parseTraceparent(headers['traceparent']),
    headers['tracestate'],
    {
      'http.request.method': method,
      'http.route': route,
      'url.path': url.split('?', 1)[0] as string,
      'url.scheme': req.socket instanceof TLSSocket ? 'https' : 'http',
    },
  );
}

/** What is known of it once it is answered. */
export function httpAttributes(status: number, requestId: string): Record<string, string | number> {
  return { 'http.response.status_code': status, 'stockout.request_id': requestId };
}
