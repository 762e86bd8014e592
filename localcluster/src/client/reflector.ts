import { setTimeout as delay } from 'node:timers/promises';
import { isCode } from '../api/api-error.ts';
import type { KubeObject } from '../types.ts';
import type { KubeClient, List } from './kube-client.ts';

export interface Reflector<T> {
  /** What is there now, by uid. */
  items: Map<string, T>;
  /** Resolves when the first list is in. */
  synced: Promise<void>;
  stop(): void;
}

export interface Follow<T> {
  /** The collection, such as /api/v1/pods. */
  path: string;
  /** Such as a field selector. */
  query?: Record<string, string>;
  changed: (object: T) => void;
  removed: (object: T) => void;
  log: (line: string) => void;
}

const FIRST_WAIT = 100;
const LAST_WAIT = 5000;
const WATCH_SECONDS = 300;

/** Follows a collection: list, then watch; after an error with backoff, after 410 from a new list. Never gives up. */
export function reflect<T extends KubeObject>(client: KubeClient, follow: Follow<T>): Reflector<T> {
  const items = new Map<string, T>();
  const stopped = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  void run(client, follow, items, stopped.signal, resolve);
  return { items, synced: promise, stop: () => stopped.abort() };
}

async function run<T extends KubeObject>(
  client: KubeClient,
  follow: Follow<T>,
  items: Map<string, T>,
  signal: AbortSignal,
  synced: () => void,
): Promise<void> {
  let revision: string | undefined;
  let wait = FIRST_WAIT;
  while (!signal.aborted) {
    try {
      revision ??= await relist(client, follow, items);
      synced();
      wait = FIRST_WAIT;
      await watch(client, follow, items, revision, signal, (next) => (revision = next));
    } catch (error) {
      if (signal.aborted) return;
      if (isCode(error, 410)) revision = undefined;
      else follow.log(`${follow.path}: ${error instanceof Error ? error.message : String(error)}`);
      await delay(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => {});
      wait = Math.min(wait * 2, LAST_WAIT);
    }
  }
}

async function relist<T extends KubeObject>(
  client: KubeClient,
  { path, query, changed, removed }: Follow<T>,
  items: Map<string, T>,
): Promise<string> {
  const list = await client.get<List<T>>(`${path}?${new URLSearchParams(query)}`);
  const present = new Set(list.items.map(({ metadata }) => metadata.uid));
  for (const [uid, item] of items) {
    if (present.has(uid)) continue;
    items.delete(uid);
    removed(item);
  }
  for (const item of list.items) {
    const before = items.get(item.metadata.uid);
    if (before?.metadata.resourceVersion === item.metadata.resourceVersion) continue;
    items.set(item.metadata.uid, item);
    changed(item);
  }
  return list.metadata.resourceVersion;
}

async function watch<T extends KubeObject>(
  client: KubeClient,
  { path, query, changed, removed }: Follow<T>,
  items: Map<string, T>,
  revision: string,
  signal: AbortSignal,
  seen: (revision: string) => void,
): Promise<void> {
  const parameters = new URLSearchParams({
    ...query,
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: revision,
    timeoutSeconds: String(WATCH_SECONDS),
  });
  await client.watch<T>(`${path}?${parameters}`, signal, ({ type, object }) => {
    seen(object.metadata.resourceVersion);
    if (type === 'DELETED') {
      items.delete(object.metadata.uid);
      removed(object);
    } else if (type !== 'BOOKMARK') {
      items.set(object.metadata.uid, object);
      changed(object);
    }
  });
}
