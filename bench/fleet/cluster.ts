import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
import { KubeClient } from '../../operator/src/kube/client.ts';
import type { Connection } from '../../operator/src/kube/connection.ts';
import { collectionPath, type Kind, objectPath } from '../../operator/src/kube/kinds.ts';

const MANAGER = 'bench';

/** The API server as an administrator asks it. */
export class Cluster {
  readonly #connection: Connection;
  /** For reflectors. */
  readonly client: KubeClient;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.client = new KubeClient(connection);
  }

  create<T extends KubeObject>(kind: Kind<T>, object: object, namespace: string): Promise<T> {
    return this.#send('POST', collectionPath(kind, namespace), object);
  }

  /** A merge patch. */
  patch(kind: Kind<KubeObject>, { metadata }: KubeObject, patch: object, subresource = ''): Promise<unknown> {
    const path = objectPath(kind, metadata.namespace, metadata.name);
    return this.#send('PATCH', `${path}${subresource}`, patch);
  }

  patchStatus(kind: Kind<KubeObject>, object: KubeObject, status: object): Promise<unknown> {
    return this.patch(kind, object, { status }, '/status');
  }

  async #send<T>(method: 'POST' | 'PATCH', path: string, body: object): Promise<T> {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const signal = AbortSignal.timeout(30_000);
    const query = { fieldManager: MANAGER };
    const answer = await this.#connection.send({ method, path, query, body, contentType, signal });
    return JSON.parse(await answer.body.text()) as T;
  }
}

/** Calls `work` for each, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
