import type { Metadata } from '@grpc/grpc-js';
import type { RequestSpan, Tracing } from './tracing.ts';
import { parseTraceparent } from './traceparent.ts';

/** The span of a gRPC call; undefined where nobody asked for traces. */
export function beginGrpcSpan(
  tracing: Tracing | undefined,
  metadata: Metadata,
  service: string,
  method: string,
): RequestSpan | undefined {
  if (tracing === undefined) return undefined;
  const [parent] = metadata.get('traceparent');
  const [state] = metadata.get('tracestate');
  return tracing.begin(`${service}/${method}`, parseTraceparent(parent), state, {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
  });
}
