import { Metadata } from '@grpc/grpc-js';
import { requestIdBy, traceFieldsBy } from '../http/request-id.ts';

const NAME = 'x-request-id';

/** The id of a call, as HTTP requests have one: the caller's own in the metadata, when it can safely be repeated. */
export function callIdOf(metadata: Metadata): string {
  return requestIdBy(metadata.get(NAME)[0]);
}

/** What an answer tells of it: ahead of the message, or behind the status where the call is refused. */
export function repeatCallId(callId: string): Metadata {
  const metadata = new Metadata();
  metadata.set(NAME, callId);
  return metadata;
}

/** What a line of the log says of a call. */
export function callFields(route: string, callId: string, metadata: Metadata): Record<string, string> {
  return { route, requestId: callId, ...traceFieldsBy(metadata.get('traceparent')[0]) };
}
