import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim } from '../types.ts';
import type { Cluster } from './cluster.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';

/** Where a claim's data lie: by name, so that they are found again when the claim is made again. */
function claimPath(stateDir: string, namespace: string, name: string): string {
  return join(stateDir, 'volumes', namespace, name);
}

/** Binds claims: to the volume they name, else to a folder of this machine that is made for them. */
export function volumeController(cluster: Cluster, stateDir: string): Controller {
  return {
    name: 'persistentvolume-controller',
    watches: {
      PersistentVolumeClaim: (object) => [keyOfObject(object)],
      PersistentVolume: (volume) => {
        const claim = (volume as PersistentVolume).spec.claimRef;
        return [claim ? `${claim.namespace}/${claim.name}` : undefined];
      },
    },
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const claim = cluster.find<PersistentVolumeClaim>('PersistentVolumeClaim', namespace, name);
      if (!claim) return release(cluster, namespace, name);
      if (claim.status?.phase === 'Bound' || claim.metadata.deletionTimestamp) return undefined;
      bind(cluster, claim, stateDir);
      return undefined;
    },
  };
}

function bind(cluster: Cluster, claim: PersistentVolumeClaim, stateDir: string): void {
  const volume = findVolume(cluster, claim) ?? provision(cluster, claim, stateDir);
  if (!volume) return;
  const { namespace, name, uid } = claim.metadata;
  if (!volume.spec.claimRef?.uid) {
    const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid };
    cluster.patch('PersistentVolume', volume, { spec: { claimRef } });
  }
  const bound = cluster.find<PersistentVolume>('PersistentVolume', undefined, volume.metadata.name) ?? volume;
  cluster.patchStatus('PersistentVolume', bound, { phase: 'Bound' });
  cluster.patch('PersistentVolumeClaim', claim, { spec: { volumeName: volume.metadata.name } });
  const latest = cluster.find<PersistentVolumeClaim>('PersistentVolumeClaim', namespace, name) ?? claim;
  const { capacity, accessModes } = bound.spec;
  cluster.patchStatus('PersistentVolumeClaim', latest, { phase: 'Bound', capacity, accessModes });
}

/** The volume that the claim names, or that names the claim. */
function findVolume(
  cluster: Cluster,
  { metadata, spec }: PersistentVolumeClaim,
): PersistentVolume | undefined {
  if (spec.volumeName) return cluster.find('PersistentVolume', undefined, spec.volumeName);
  return cluster.list<PersistentVolume>('PersistentVolume').find(({ spec: { claimRef } }) => {
    return claimRef?.name === metadata.name && claimRef.namespace === metadata.namespace;
  });
}

function provision(
  cluster: Cluster,
  claim: PersistentVolumeClaim,
  stateDir: string,
): PersistentVolume | undefined {
  const { spec } = claim;
  if (spec.volumeName || spec.storageClassName === '') return undefined;
  const { name, namespace = '', uid } = claim.metadata;
  const volume = cluster.create<PersistentVolume>('PersistentVolume', undefined, {
    metadata: { name: `pvc-${uid}` },
    spec: {
      accessModes: spec.accessModes ?? ['ReadWriteOnce'],
      capacity: { storage: spec.resources?.requests?.storage ?? '1Gi' },
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace, name, uid },
      hostPath: { path: claimPath(stateDir, namespace, name), type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: spec.storageClassName,
    },
  });
  const message = `Successfully provisioned volume ${volume.metadata.name}`;
  cluster.event(claim, { type: 'Normal', reason: 'ProvisioningSucceeded', message });
  return volume;
}

/** The claim is gone: a volume made for it goes too, its folder stays. */
function release(cluster: Cluster, namespace: string, name: string): undefined {
  for (const volume of cluster.list<PersistentVolume>('PersistentVolume')) {
    const { claimRef } = volume.spec;
    if (claimRef?.namespace !== namespace || claimRef.name !== name) continue;
    if (volume.metadata.name === `pvc-${claimRef.uid}`) cluster.delete('PersistentVolume', volume);
    else cluster.patchStatus('PersistentVolume', volume, { phase: 'Released' });
  }
}
