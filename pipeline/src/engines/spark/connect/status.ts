import type { ServiceError } from '@grpc/grpc-js';
import { decodeAs } from './protocol.ts';

/** What a gRPC error says beyond code and message (google.rpc.Status in its trailers). */
export interface StatusDetails {
  /** Asked for with FetchErrorDetails. */
  errorId: string | undefined;
  errorClass: string | undefined;
  /** The server's own wish. */
  retryAfterMilliseconds: number | undefined;
}

interface Any {
  type_url: string;
  value: Uint8Array;
}
interface ErrorInfo {
  metadata?: Record<string, string>;
}
interface RetryInfo {
  retryDelay?: { seconds?: number; nanos?: number };
}

const TRAILER = 'grpc-status-details-bin';

/** Without the trailer, or with one that is of something else (a proxy's), there are no details. */
export function detailsOf(error: ServiceError): StatusDetails {
  const details = anyDetails(error.metadata?.get(TRAILER)[0]);
  const { metadata } = partOf<ErrorInfo>(details, 'google.rpc.ErrorInfo') ?? {};
  const { retryDelay } = partOf<RetryInfo>(details, 'google.rpc.RetryInfo') ?? {};
  return {
    errorId: metadata?.['errorId'],
    errorClass: metadata?.['errorClass'],
    retryAfterMilliseconds:
      retryDelay && (retryDelay.seconds ?? 0) * 1000 + Math.ceil((retryDelay.nanos ?? 0) / 1e6),
  };
}

function anyDetails(trailer: unknown): Any[] {
  if (!Buffer.isBuffer(trailer)) return [];
  try {
    return decodeAs<{ details?: Any[] }>('google.rpc.Status', trailer).details ?? [];
  } catch {
    return [];
  }
}

function partOf<T>(details: readonly Any[], type: string): T | undefined {
  const found = details.find((part) => part.type_url.endsWith(`/${type}`));
  return found && decodeAs<T>(type, found.value);
}
