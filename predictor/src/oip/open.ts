import type { Opened, ServedModel } from './infer.ts';
import { openRest } from './open-rest.ts';

/** A request as it came: JSON with or without binary data behind it, or a ModelInferRequest. */
export type InferBody = RestBody | { protocol: 'grpc'; bytes: Uint8Array };

export interface RestBody {
  protocol: 'rest';
  bytes: Uint8Array;
  headerLength: number | undefined;
}

/** What reads a request. The code for protocol buffers is loaded with the first of them. */
export async function openerOf(body: InferBody, served: ServedModel): Promise<() => Opened> {
  if (body.protocol === 'rest') return () => openRest(body.bytes, body.headerLength, served);
  const { openGrpc } = await import('./open-grpc.ts');
  return () => openGrpc(body.bytes, served);
}
