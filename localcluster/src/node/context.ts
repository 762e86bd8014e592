import type { EventRecorder } from '../client/event-recorder.ts';
import type { KubeClient } from '../client/kube-client.ts';
import type { ConfigMap, Secret } from '../types.ts';
import type { PodAddresses } from './addresses.ts';
import type { ProcessRecords } from './process-records.ts';

export interface Backoff {
  /** Before the first restart of a container, milliseconds; doubles each time. */
  initial: number;
  longest: number;
}

/** What all pods of a node share. */
export interface NodeContext {
  nodeName: string;
  stateDir: string;
  /** Found first on the PATH of every process. */
  binDir: string | undefined;
  client: KubeClient;
  events: EventRecorder;
  records: ProcessRecords;
  addresses: PodAddresses;
  backoff: Backoff;
  configMap: (namespace: string, name: string) => ConfigMap | undefined;
  secret: (namespace: string, name: string) => Secret | undefined;
  log: (line: string) => void;
}

/** Something the pod needs is not there, or not usable: tried again. `reason` is what the container waits for. */
export class NotReadyError extends Error {
  override name = 'NotReadyError';
  readonly reason: string;
  readonly event: string;

  constructor(reason: string, event: string, message: string) {
    super(message);
    this.reason = reason;
    this.event = event;
  }
}
