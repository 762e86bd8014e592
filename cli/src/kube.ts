import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import {
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
  PatchStrategy,
} from '@kubernetes/client-node';
import { StockoutError } from '@stockout/contracts';

const FIELD_MANAGER = 'stockout-demo';
const POLL_MILLISECONDS = 250;
const DEFINITION_SECONDS = 30;

export type Kube = ReturnType<typeof connectKube>;

/** The few things a user does with kubectl, over the Kubernetes API alone. */
export function connectKube(kubeconfigPath: string, signal: AbortSignal) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const objects = KubernetesObjectApi.makeApiClient(config);

  /** kubectl apply --server-side */
  const apply = async (object: KubernetesObject): Promise<void> => {
    signal.throwIfAborted();
    await objects.patch(object, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply);
  };

  /** kubectl get, again and again until `done` says so; `done` throws to give up. */
  const waitFor = async <T extends KubernetesObject>(
    what: Pick<KubernetesObject, 'apiVersion' | 'kind'> & { name: string; namespace: string },
    seconds: number,
    done: (object: T) => boolean,
  ): Promise<T> => {
    const { name, namespace, apiVersion, kind } = what;
    const header = { apiVersion, kind, metadata: { name, namespace } } as KubernetesObject & {
      metadata: { name: string; namespace: string };
    };
    for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline;) {
      const object = (await objects.read(header)) as T;
      if (done(object)) return object;
      await delay(POLL_MILLISECONDS, undefined, { signal });
    }
    throw new StockoutError(`${kind} ${name} did not get there within ${seconds} s`);
  };

  /** kubectl wait --for=condition=Established, until the API serves objects of a kind just defined. */
  const untilServed = async (apiVersion: string, kind: string): Promise<void> => {
    for (const deadline = performance.now() + DEFINITION_SECONDS * 1000; ;) {
      try {
        await objects.list(apiVersion, kind);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await delay(POLL_MILLISECONDS, undefined, { signal });
    }
  };

  /** kubectl delete */
  const remove = async (object: KubernetesObject): Promise<void> => {
    await objects.delete(object);
  };

  /** The names that kubectl get --selector shows in the namespace default. */
  const names = async (apiVersion: string, kind: string, labelSelector: string): Promise<string[]> => {
    const { items } = await objects.list(
      apiVersion,
      kind,
      'default',
      undefined,
      undefined,
      undefined,
      undefined,
      labelSelector,
    );
    return items.map((item) => item.metadata?.name ?? '');
  };

  return { apply, waitFor, untilServed, remove, names };
}

/** Every object of a YAML file, as the client's own serializer takes it (it renames fields such as `default`). */
export async function readObjects(file: URL): Promise<KubernetesObject[]> {
  return loadAllYaml(await readFile(file, 'utf8')) as KubernetesObject[];
}
