import type { OperatorContext } from '../context.ts';
import type { KubeClient } from '../kube/client.ts';
import { createStores } from '../kube/stores.ts';
import { createMetrics } from '../create-metrics.ts';
import { Interviewer } from '../predictors/interviewer.ts';
import { NOW, SETTINGS } from './builders.ts';

/** What a reconcile works with, on stores that the test fills. */
export function aContext(client: KubeClient): OperatorContext {
  return {
    client,
    stores: createStores(),
    settings: SETTINGS,
    metrics: createMetrics(),
    interviewer: new Interviewer(() => Promise.reject(new Error('no pod answers here'))),
    identity: 'test',
    log: () => {},
    now: () => NOW,
  };
}
