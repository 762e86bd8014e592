import type { KubeClient } from './kube/client.ts';
import type { Stores } from './kube/stores.ts';
import type { Log } from './log.ts';
import type { Interviewer } from './predictors/interviewer.ts';
import type { OperatorMetrics } from './create-metrics.ts';
import type { Settings } from './settings.ts';

/** What a reconcile works with. */
export interface OperatorContext {
  stores: Stores;
  /** Writes nothing while another operator leads. */
  client: KubeClient;
  settings: Settings;
  metrics: OperatorMetrics;
  /** Knows what predictors' pods tell. */
  interviewer: Interviewer;
  /** Tells this operator from others. */
  identity: string;
  log: Log;
  now(): Date;
}
