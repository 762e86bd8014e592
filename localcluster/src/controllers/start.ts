import type { Registry } from '../registry/registry.ts';
import { Cluster } from './cluster.ts';
import { customResourceCleanup } from './custom-resource-cleanup.ts';
import { deploymentController } from './deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointSliceController } from './endpoint-slices.ts';
import { eventExpiry } from './event-expiry.ts';
import { GarbageCollector } from './garbage-collector.ts';
import { jobController } from './job.ts';
import { ControllerManager } from './manager.ts';
import { namespaceController } from './namespace.ts';
import { replicaSetController } from './replica-set.ts';
import { scheduler } from './scheduler.ts';
import { volumeController } from './volumes.ts';

export interface ControllerOptions {
  stateDir: string;
  /** What a Job waits after a failed pod at first, milliseconds. */
  jobBackoff: number;
  log: (line: string) => void;
}

/** Starts the built-in controllers. @returns what stops them */
export function startControllers(
  registry: Registry,
  { stateDir, jobBackoff, log }: ControllerOptions,
): () => void {
  const manager = new ControllerManager(registry, log);
  const as = (name: string): Cluster => new Cluster(registry, name);
  const collector = new GarbageCollector(registry, log);
  collector.start();
  manager.run(namespaceController(registry));
  manager.run(customResourceCleanup(registry));
  manager.run(scheduler(as('default-scheduler')));
  manager.run(deploymentController(as('deployment-controller')));
  manager.run(replicaSetController(as('replicaset-controller')));
  manager.run(jobController(as('job-controller'), jobBackoff));
  manager.run(volumeController(as('persistentvolume-controller'), stateDir));
  manager.run(endpointSliceController(as('endpointslice-controller')));
  manager.run(disruptionController(as('disruption-controller')));
  manager.run(eventExpiry(as('event-expiry')));
  return () => {
    manager.stop();
    collector.stop();
  };
}
