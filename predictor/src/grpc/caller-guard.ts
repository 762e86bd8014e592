import {
  type Metadata,
  type ServerInterceptor,
  ServerInterceptingCall,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { GRPC_PLACES } from '../auth/credentials.ts';
import { ProblemError } from '../http/problem.ts';
import type { Runtime } from '../runtime.ts';
import { beginGrpcSpan, grpcAttributes } from '../tracing/grpc-span.ts';
import { callFields, callIdOf, repeatCallId } from './call-id.ts';
import { FAILED, STATUS_OF } from './grpc-exchange.ts';
import { INFER_PATH } from './inference-service.ts';

/**
 * Refuses who may not have rows scored, by the metadata, before the message is received. Health and metadata are for
 * everybody.
 */
export function callerGuard({ gate, metrics, log, tracing }: Runtime): ServerInterceptor {
  return ({ path }, call) => {
    if (path !== INFER_PATH) return new ServerInterceptingCall(call);
    const refuse = (error: unknown, metadata: Metadata): void => {
      const known = error instanceof ProblemError;
      const callId = callIdOf(metadata);
      if (!known) {
        const fields = callFields(INFER_PATH, callId, metadata);
        log('error', 'a caller cannot be judged', { ...fields, stack: (error as Error).stack });
      }
      metrics.request(INFER_PATH, known ? error.status : 500, 0);
      const code = (known ? STATUS_OF[error.status] : undefined) ?? status.INTERNAL;
      const span = beginGrpcSpan(tracing, metadata, INFER_PATH);
      span?.end(grpcAttributes(code, callId), !known || error.status >= 500);
      const details = known ? error.message : FAILED;
      call.sendStatus({ code, details, metadata: repeatCallId(callId) });
    };
    const judge = async (metadata: Metadata, pass: (metadata: Metadata) => void): Promise<void> => {
      try {
        await gate.admit(only(metadata, 'x-api-key'), only(metadata, 'authorization'), GRPC_PLACES);
      } catch (error) {
        return refuse(error, metadata);
      }
      pass(metadata);
    };
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => void judge(metadata, next))
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

function only(metadata: Metadata, name: string): unknown {
  return metadata.get(name)[0];
}
