import { setTimeout as delay } from 'node:timers/promises';
import type { KubeClient, List, WatchEvent } from '@stockout/localcluster/client';
import type { Deployment, Job, KubeObject, Pod, Service } from '../../localcluster/src/types.ts';
import { LABEL } from '../../operator/src/resources/names.ts';
import { until } from '../conformance/until.ts';
import { type Chapter, readHistory } from './history.ts';
import { isAway } from './server-away.ts';

const COLLECTIONS = {
  Deployment: '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  Job: '/apis/batch/v1/namespaces/NAMESPACE/jobs',
  Pod: '/api/v1/namespaces/NAMESPACE/pods',
  Service: '/api/v1/namespaces/NAMESPACE/services',
} as const;

type Kind = keyof typeof COLLECTIONS;
const KINDS = Object.keys(COLLECTIONS) as Kind[];

const AGAIN_MS = 50;
const PATIENCE_SECONDS = 60;

interface Seen {
  kind: Kind;
  event: WatchEvent<KubeObject>;
}

/** Sees all that happens in a namespace, past the proxy, and says afterwards what should not have happened. */
export class Witness {
  readonly #client: Pick<KubeClient, 'get' | 'watch'>;
  readonly #namespace: string;
  readonly #since: number;
  readonly #abort = new AbortController();
  /** By kind, uid, revision and type: what is read again is nothing new. */
  readonly #seen = new Map<string, Seen>();
  /** Why it does not know all. */
  #blind: unknown;

  /** @param since the revision from which on it sees everything */
  constructor(client: Pick<KubeClient, 'get' | 'watch'>, namespace: string, since: number) {
    this.#client = client;
    this.#namespace = namespace;
    this.#since = since;
  }

  /** From before the first object: everything is seen from its creation on. */
  start(): void {
    for (const kind of KINDS) this.#follow(kind).catch((error: unknown) => (this.#blind = error));
  }

  /** Resolves when it has seen all that there is now: what it is told, it is told a moment later. */
  async caughtUp(): Promise<void> {
    for (const kind of KINDS) {
      await until(`the witness to have seen every ${kind}`, () => this.#hasSeenAll(kind), PATIENCE_SECONDS);
    }
  }

  async #hasSeenAll(kind: Kind): Promise<boolean> {
    const { items } = await this.#client.get<List<KubeObject>>(this.#pathOf(kind));
    const seen = new Set(Array.from(this.#seen.values(), ({ event }) => revisionOf(event)));
    return (
      this.#blind !== undefined || items.every(({ metadata }) => seen.has(Number(metadata.resourceVersion)))
    );
  }

  #pathOf(kind: Kind): string {
    return COLLECTIONS[kind].replace('NAMESPACE', this.#namespace);
  }

  stop(): void {
    this.#abort.abort();
  }

  /** A watch may break, and its server be away for long: it goes on, and what happened meanwhile is read. */
  async #follow(kind: Kind): Promise<void> {
    const path = this.#pathOf(kind);
    const { signal } = this.#abort;
    let known = this.#since;
    const see = (event: WatchEvent<KubeObject>): void => {
      const { uid, resourceVersion } = event.object.metadata;
      this.#seen.set(`${kind}/${uid}/${resourceVersion}/${event.type}`, { kind, event });
      known = Number(resourceVersion);
    };
    while (!signal.aborted) {
      const query = `watch=1&resourceVersion=${known}&timeoutSeconds=600`;
      await this.#client.watch(`${path}?${query}`, signal, see).catch(() => {});
      if (signal.aborted) return;
      const { events, revision } = await this.#missed(path, known);
      events.forEach(see);
      known = revision;
    }
  }

  async #missed(path: string, after: number): Promise<Chapter> {
    for (;;) {
      try {
        return await readHistory(this.#client, path, after);
      } catch (error) {
        if (!isAway(error) || this.#abort.signal.aborted) throw error;
        await delay(AGAIN_MS);
      }
    }
  }

  /** Names of all Jobs that there ever were, one entry for each time. */
  get jobs(): string[] {
    return [...this.#seen.values()].filter(isNewJob).map(({ event }) => (event.object as Job).metadata.name);
  }

  /** Moments in which callers met nobody, or a version that may not serve; in the one order that all events have. */
  trouble(mayServe: readonly string[]): string[] {
    const scene = new Map<string, Seen>();
    const found = new Set<string>();
    let served = false;
    if (this.#blind !== undefined) found.add(`the witness has not seen all: ${String(this.#blind)}`);
    for (const seen of [...this.#seen.values()].toSorted(
      (a, b) => revisionOf(a.event) - revisionOf(b.event),
    )) {
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
const revisionOf = ({ object }: WatchEvent<KubeObject>): number => Number(object.metadata.resourceVersion);

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

function objectsIn<T extends KubeObject>(scene: readonly Seen[], kind: Kind): T[] {
  return scene.filter((seen) => seen.kind === kind).map(({ event }) => event.object as T);
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return ready && metadata.deletionTimestamp === undefined;
}
