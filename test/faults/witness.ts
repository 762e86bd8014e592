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
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #abort = new AbortController();
  readonly #seen: Seen[] = [];

  constructor(client: KubeClient, namespace: string) {
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
    for (const seen of this.#seen.toSorted((a, b) => revisionOf(a) - revisionOf(b))) {
      const key = `${seen.kind}/${seen.event.object.metadata.name}`;
      if (seen.event.type === 'DELETED') scene.delete(key);
      else scene.set(key, seen);
      const trouble = troubleIn([...scene.values()], mayServe);
      if (trouble !== undefined) found.add(trouble);
    }
    return [...found];
  }
}

const isNewJob = ({ kind, event }: Seen): boolean => kind === 'Job' && event.type === 'ADDED';
const revisionOf = ({ event }: Seen): number => Number(event.object.metadata.resourceVersion);

function troubleIn(scene: readonly Seen[], mayServe: readonly string[]): string | undefined {
  const objects = <T extends KubeObject>(kind: Seen['kind']): T[] =>
    scene.filter((seen) => seen.kind === kind).map(({ event }) => event.object as T);
  const [service] = objects<Service>('Service');
  const color = service?.spec.selector?.[LABEL.color] ?? 'none';
  if (color === 'none') return undefined;
  const deployment = objects<Deployment>('Deployment').find(
    ({ metadata }) => metadata.labels?.[LABEL.color] === color,
  );
  const version = deployment?.metadata.labels?.[LABEL.version] ?? 'nobody';
  if (!mayServe.includes(version)) return `${version} gets the traffic (${color})`;
  const ready = objects<Pod>('Pod').filter(
    (pod) => pod.metadata.labels?.[LABEL.color] === color && isReady(pod),
  );
  return ready.length > 0 ? undefined : `no pod of ${version} (${color}) is ready`;
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return ready && metadata.deletionTimestamp === undefined;
}
