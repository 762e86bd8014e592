import type { Cluster } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';

/** kube-apiserver's --event-ttl. */
const HOUR = 3_600_000;

/** Forgets events that nobody told again for an hour. */
export function eventExpiry(cluster: Cluster): Controller {
  const told = new Map<string, number>();
  return {
    name: 'event-expiry',
    watches: {
      Event: (object) => {
        told.set(keyOfObject(object), cluster.now());
        return [keyOfObject(object)];
      },
    },
    reconcile: (key) => {
      const event = cluster.find('Event', ...splitKey(key));
      const left = (told.get(key) ?? 0) + HOUR - cluster.now();
      if (event && left > 0) return left;
      told.delete(key);
      if (event) cluster.delete('Event', event);
      return undefined;
    },
  };
}
