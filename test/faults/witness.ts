import type { KubeClient, WatchEvent } from '@stockout/localcluster/client';
import type { Deployment, Job, KubeObject, Pod, Service } from '../../localcluster/src/types.ts';
import { LABEL } from '../../operator/src/resources/names.ts';

const COLLECTIONS = {
  Deployment: '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  Job: '/apis/batch/v1/namespaces/NAMESPACE/jobs',
  Pod: '/api/v1/namespaces/NAMESPACE/pods',
  Service: '/api/v1/namespaces/NAMESPACE/services',
} as const;

interface Seen {
  kind: keyof typeof COLLECTIONS;
  event: WatchEvent<KubeObject>;
}

/** Sees all that happens in a namespace, past the proxy, and says afterwards what should not have happened. */
export class Witness {
  readonly #client: Pick<KubeClient, 'watch'>;
  readonly #namespace: string;
  readonly #abort = new AbortController();
  readonly #seen: Seen[] = [];

  constructor(client: Pick<KubeClient, 'watch'>, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** From before the first object: everything is seen from its creation on. */
  start(): void {
    for (const [kind, collection] of Object.entries(COLLECTIONS)) {
      const path = `${collection.replace('NAMESPACE', this.#namespace)}?watch=1&resourceVersion=0&timeoutSeconds=600`;
      const see = (event: WatchEvent<KubeObject>): void => {
        this.#seen.push({ kind: kind as Seen['kind'], event });
      };
      this.#client.watch(path, this.#abort.signal, see).catch((error: unknown) => {
        if (!this.#abort.signal.aborted) throw error;
      });
    }
  }

  stop(): void {
    this.#abort.abort();
  }

  /** Names of all Jobs that there ever were, one entry for each time. */
  get jobs(): string[] {
    return this.#seen.filter(isNewJob).map(({ event }) => (event.object as Job).metadata.name);
  }

  /** Moments in which callers met nobody, or a version that may not serve; in the one order that all events have. */
  trouble(mayServe: readonly string[]): string[] {
    const scene = new Map<string, Seen>();
    const found = new Set<string>();
    let served = false;
    for (const seen of this.#seen.toSorted((a, b) => revisionOf(a) - revisionOf(b))) {
      const key = `${seen.kind}/${seen.event.object.metadata.name}`;
      if (seen.event.type === 'DELETED') scene.delete(key);
      else scene.set(key, seen);
      const now = troubleIn([...scene.values()], mayServe, served);
      if (now.trouble !== undefined) found.add(now.trouble);
      served = now.served;
    }
    return [...found];
  }
}

const isNewJob = ({ kind, event }: Seen): boolean => kind === 'Job' && event.type === 'ADDED';
const revisionOf = ({ event }: Seen): number => Number(event.object.metadata.resourceVersion);

/** @param served whether callers were let to somebody before: from then on they always are */
function troubleIn(
  scene: readonly Seen[],
  mayServe: readonly string[],
  served: boolean,
): { trouble: string | undefined; served: boolean } {
  const color = selectedColor(scene);
  if (color === 'none') return { trouble: served ? 'nobody gets the traffic any more' : undefined, served };
  return { trouble: troubleOf(color, scene, mayServe), served: true };
}

function selectedColor(scene: readonly Seen[]): string {
  // A candidate has a Service as well, of another name.
  const service = objectsIn<Service>(scene, 'Service').find(
    ({ metadata: { name, labels } }) => name === labels?.[LABEL.model],
  );
  return service?.spec.selector?.[LABEL.color] ?? 'none';
}

function troubleOf(color: string, scene: readonly Seen[], mayServe: readonly string[]): string | undefined {
  const deployment = objectsIn<Deployment>(scene, 'Deployment').find(
    ({ metadata }) => metadata.labels?.[LABEL.color] === color,
  );
  const version = deployment?.metadata.labels?.[LABEL.version] ?? 'nobody';
  if (!mayServe.includes(version)) return `${version} gets the traffic (${color})`;
  const ready = objectsIn<Pod>(scene, 'Pod').filter(
    (pod) => pod.metadata.labels?.[LABEL.color] === color && isReady(pod),
  );
  return ready.length > 0 ? undefined : `no pod of ${version} (${color}) is ready`;
}

function objectsIn<T extends KubeObject>(scene: readonly Seen[], kind: Seen['kind']): T[] {
  return scene.filter((seen) => seen.kind === kind).map(({ event }) => event.object as T);
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return ready && metadata.deletionTimestamp === undefined;
}
