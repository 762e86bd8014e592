import { DEFINITION_FINALIZER } from '../registry/deletion.ts';
import type { Registry } from '../registry/registry.ts';
import type { Condition, CustomResourceDefinition } from '../types.ts';
import { Cluster } from './cluster.ts';
import type { Controller } from './manager.ts';
import { setCondition } from './pods.ts';

const RETRY = 200;

/** Deletes the objects of a definition that is being deleted, then lets it go. */
export function customResourceCleanup(registry: Registry): Controller {
  const cluster = new Cluster(registry, 'custom-resource-cleanup');
  return {
    name: 'custom-resource-cleanup',
    watches: { CustomResourceDefinition: ({ metadata }) => [metadata.name] },
    reconcile: (name) => {
      const crd = cluster.find<CustomResourceDefinition>('CustomResourceDefinition', undefined, name);
      if (!crd?.metadata.deletionTimestamp) return undefined;
      if (!empty(registry, cluster, crd)) {
        tell(cluster, crd);
        return RETRY;
      }
      cluster.removeFinalizer('CustomResourceDefinition', crd, DEFINITION_FINALIZER);
      return undefined;
    },
  };
}

/** @returns whether nothing is left; finalizers of others may hold something for a while */
function empty(registry: Registry, cluster: Cluster, { spec }: CustomResourceDefinition): boolean {
  const { group, names, versions } = spec;
  const served = versions.find((version) => version.served);
  const resource = served && registry.kinds.find(group, served.name, names.plural);
  if (!resource) return true;
  for (const object of registry.list(resource))
    if (!object.metadata.deletionTimestamp) cluster.delete(resource, object);
  return registry.list(resource).length === 0;
}

function tell(cluster: Cluster, crd: CustomResourceDefinition): void {
  const before = (crd.status?.conditions ?? []) as Condition[];
  if (before.some(({ type }) => type === 'Terminating')) return;
  const reason = 'InstanceDeletionInProgress';
  const message = 'CustomResource deletion is in progress';
  const terminating = { type: 'Terminating', status: 'True', reason, message };
  const conditions = setCondition(before, terminating, cluster.now());
  cluster.patchStatus('CustomResourceDefinition', crd, { conditions });
}
