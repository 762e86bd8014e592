import { chmod, mkdir } from 'node:fs/promises';
import { isCode, type KubeClient, type List } from '@stockout/localcluster/client';
import { until } from '../conformance/until.ts';

/**
 * What an administrator provides: a PersistentVolume bound to a claim of the namespace default in advance, a folder of
 * this machine that every user may write to.
 * @returns the folder
 */
export async function provideVolume(client: KubeClient, path: string, claim: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o777);
  await client.post('/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: claim },
    spec: {
      accessModes: ['ReadWriteMany'],
      capacity: { storage: '100Gi' },
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'default', name: claim },
      hostPath: { path },
      persistentVolumeReclaimPolicy: 'Retain',
    },
  });
  return path;
}

/** The next tier begins with nothing; that nothing of ours is left is Kubernetes' garbage collection. */
export async function removeAll(client: KubeClient): Promise<void> {
  const ours = '/apis/stockout.dev/v1alpha1/namespaces/default';
  for (const collection of [
    `${ours}/scoringjobs`,
    `${ours}/stockoutmodels`,
    '/apis/batch/v1/namespaces/default/jobs',
  ]) {
    await removeEach(client, collection);
  }
  const pods = '/api/v1/namespaces/default/pods';
  await until('no pod is left', async () => (await list(client, pods)).length === 0, 60);
  await removeEach(client, '/api/v1/namespaces/default/persistentvolumeclaims');
  await removeEach(client, '/api/v1/persistentvolumes');
}

/** In the background, as kubectl does: left to itself the API server orphans a Job's pods. */
async function removeEach(client: KubeClient, collection: string): Promise<void> {
  for (const name of await list(client, collection)) {
    await client
      .delete(`${collection}/${name}`, { propagationPolicy: 'Background' })
      .catch((error: unknown) => {
        if (!isCode(error, 404)) throw error;
      });
  }
}

async function list(client: KubeClient, collection: string): Promise<string[]> {
  const { items } = await client.get<List<{ metadata: { name: string } }>>(collection);
  return items.map(({ metadata }) => metadata.name);
}
