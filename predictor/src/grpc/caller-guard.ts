import { type ServerInterceptor, ServerInterceptingCall, ServerListenerBuilder, status } from '@grpc/grpc-js';
import { missingKey } from '../http/problem.ts';
import type { Runtime } from '../runtime.ts';
import { INFER_PATH } from './inference-service.ts';

/** Refuses to score without a valid key in the metadata, before the message is received. Health and metadata need none. */
export function keyGuard({ keys, metrics }: Runtime): ServerInterceptor {
  return ({ path }, call) => {
    if (path !== INFER_PATH) return new ServerInterceptingCall(call);
    const listener = new ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const [shown] = metadata.get('x-api-key');
        if (typeof shown === 'string' && keys.accepts(shown)) return next(metadata);
        metrics.request(INFER_PATH, missingKey().status, 0);
        call.sendStatus({
          code: status.UNAUTHENTICATED,
          details: 'send a valid API key in the metadata x-api-key',
        });
      })
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}
