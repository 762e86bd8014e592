import type { KubeClient } from '@stockout/localcluster/client';
import { until } from '../conformance/until.ts';

type Watched = Parameters<Parameters<KubeClient['watch']>[2]>[0]['object'];

interface Service extends Watched {
  spec: { selector: Record<string, string> };
}

interface EndpointSlice extends Watched {
  endpoints?: { conditions?: { ready?: boolean } }[] | null;
}

export interface Traffic {
  /** Where the Service led to, one after the other. */
  colors: string[];
  /** How many endpoints took requests when there were fewest. */
  fewestReady: number;
}

/** Follows every change of a model's Service and of its endpoints, so that no moment is missed. */
export async function watchTraffic(client: KubeClient, name: string): Promise<{ stop(): Promise<Traffic> }> {
  const abort = new AbortController();
  const colors: string[] = [];
  const ready = new Map<string, number>();
  const counts: number[] = [];
  const watches = [
    client.watch<Service>(
      `/api/v1/namespaces/default/services?watch=1&fieldSelector=metadata.name%3D${name}`,
      abort.signal,
      ({ object }) => {
        const color = object.spec.selector['stockout.dev/color'] ?? '';
        if (colors.at(-1) !== color) colors.push(color);
      },
    ),
    client.watch<EndpointSlice>(
      `/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?watch=1&labelSelector=kubernetes.io%2Fservice-name%3D${name}`,
      abort.signal,
      ({ type, object }) => {
        const endpoints = type === 'DELETED' ? [] : (object.endpoints ?? []);
        ready.set(object.metadata.name, endpoints.filter(({ conditions }) => conditions?.ready).length);
        counts.push([...ready.values()].reduce((sum, count) => sum + count, 0));
      },
    ),
  ];
  // They end by being aborted; whoever stops them has what they saw.
  const ended = Promise.allSettled(watches);
  await until('the Service and its endpoints are seen', () => colors.length > 0 && counts.length > 0);
  return {
    stop: async () => {
      abort.abort();
      await ended;
      return { colors, fewestReady: Math.min(...counts) };
    },
  };
}
