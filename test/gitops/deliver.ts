import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeClient } from '@stockout/localcluster/client';
import { parse } from 'yaml';

/** Field manager of what applies what Git says. */
export const GITOPS = 'gitops';

/** Applies what a kustomization says to a cluster, as Argo CD and Flux do: server-side, without force. */
export type Deliver = (folder: string) => Promise<void>;

interface Manifest {
  kind: 'StockoutModel' | 'ScoringJob';
  metadata: { name: string; namespace: string };
}

/** Without kubectl: of kustomizations that list files of one object of ours each. */
export function deliverBy(client: KubeClient): Deliver {
  return async (folder) => {
    const { resources } = await read<{ resources: string[] }>(folder, 'kustomization.yaml');
    for (const file of resources) {
      const object = await read<Manifest>(folder, file);
      const { name, namespace } = object.metadata;
      const collection = `/apis/stockout.dev/v1alpha1/namespaces/${namespace}/${object.kind.toLowerCase()}s`;
      const path = `${collection}/${name}?fieldManager=${GITOPS}&fieldValidation=Strict`;
      await client.json('PATCH', path, object, 'application/apply-patch+yaml');
    }
  };
}

async function read<T>(folder: string, file: string): Promise<T> {
  return parse(await readFile(join(folder, file), 'utf8')) as T;
}
