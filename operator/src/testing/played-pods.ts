import type { OwnerReference } from '@stockout/crds';
import type { Deployment, Pod } from '../api/kubernetes.ts';
import { LABEL } from '../resources/names.ts';
import { NOW } from './builders.ts';

/** A pod of a predictor that is ready, with an address of its own. */
export function predictorPod({ metadata, spec }: Deployment, index: number): Pod {
  const { name, namespace } = metadata;
  const ip = `10.0.${name.endsWith('blue') ? 1 : 2}.${index + 1}`;
  const state = { running: { startedAt: NOW.toISOString() } };
  const { labels } = spec.template.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${labels[LABEL.version]}-${index}`,
      namespace,
      labels,
      ownerReferences: [ownerOf(`${name}-${labels[LABEL.version]}`)],
    },
    status: {
      phase: 'Running',
      podIP: ip,
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: NOW.toISOString() }],
      containerStatuses: [{ name: 'predictor', ready: true, restartCount: 0, state }],
    },
  };
}

function ownerOf(name: string): OwnerReference {
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: `${name}-uid`, controller: true };
}
