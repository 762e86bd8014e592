import type { Metadata } from '@grpc/grpc-js';
import type { RequestSpan, Tracing } from './tracing.ts';
import { parseTraceparent } from './traceparent.ts';

/**
 * The span of a gRPC call; undefined where nobody asked for traces.
 * @param path as `/package.Service/Method`
 */
export function beginGrpcSpan(
  tracing: Tracing | undefined,
  metadata: Metadata,
  path: string,
): RequestSpan | undefined {
  if (tracing === undefined) return undefined;
  const [, service = '', method = ''] = path.split('/');
  const [parent] = metadata.get('traceparent');
  const [state] = metadata.get('tracestate');
  return tracing.begin(`${service}/${method}`, parseTraceparent(parent), state, {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
  });
}

/** What is known of it once it is answered. */
export function grpcAttributes(status: number, requestId: string): Record<string, string | number> {
  return { 'rpc.grpc.status_code': status, 'stockout.request_id': requestId };
}
