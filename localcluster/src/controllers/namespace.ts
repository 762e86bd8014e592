import type { Registry } from '../registry/registry.ts';
import { NAMESPACE_FINALIZER } from '../registry/deletion.ts';
import { collectionOf } from '../registry/resource.ts';
import type { Namespace } from '../types.ts';
import { Cluster } from './cluster.ts';
import type { Controller } from './manager.ts';

const RETRY = 200;

/** Empties a namespace that is being deleted, then lets it go. */
export function namespaceController(registry: Registry): Controller {
  const cluster = new Cluster(registry, 'namespace-controller');
  return {
    name: 'namespace-controller',
    watches: { Namespace: ({ metadata }) => [metadata.name] },
    reconcile: (name) => {
      const namespace = cluster.find<Namespace>('Namespace', undefined, name);
      if (!namespace) return undefined;
      if (!namespace.metadata.deletionTimestamp) return ensureServiceAccount(cluster, name);
      if (namespace.status?.phase !== 'Terminating') {
        cluster.patchStatus('Namespace', namespace, { phase: 'Terminating' });
        return 0;
      }
      if (!empty(registry, cluster, name)) return RETRY;
      cluster.removeFinalizer('Namespace', namespace, NAMESPACE_FINALIZER);
      return undefined;
    },
  };
}

function ensureServiceAccount(cluster: Cluster, namespace: string): undefined {
  if (cluster.find('ServiceAccount', namespace, 'default')) return;
  cluster.create('ServiceAccount', namespace, { metadata: { name: 'default' } });
}

/** Deletes everything in it. @returns whether nothing is left */
function empty(registry: Registry, cluster: Cluster, namespace: string): boolean {
  let left = 0;
  const seen = new Set<string>();
  for (const resource of registry.kinds.all()) {
    const collection = collectionOf(resource);
    if (!resource.namespaced || seen.has(collection)) continue;
    seen.add(collection);
    for (const object of registry.list(resource, namespace)) {
      if (!object.metadata.deletionTimestamp) cluster.delete(resource, object);
    }
    left += registry.list(resource, namespace).length;
  }
  return left === 0;
}
