import { expired } from '../api/api-error.ts';
import type { KubeObject } from '../types.ts';
import { deepFreeze } from './freeze.ts';

export interface StoreEvent {
  revision: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** `pods`, `deployments.apps`: the collection the object is in. */
  resource: string;
  object: KubeObject;
  /** The object as it was before, so that a watch with a selector sees it leave. */
  previous?: KubeObject;
}

/** An object where it is. */
export interface Entry {
  resource: string;
  key: string;
  object: KubeObject;
}

export type Listener = (event: StoreEvent) => void;

/** How many events a watch can be behind before it has to list again. */
const HISTORY = 5000;

/**
 * All objects, in memory, under one revision counter as etcd has it. What is stored is frozen: readers share it.
 */
export class Store {
  #revision = 1;
  readonly #collections = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #history: StoreEvent[] = [];
  #compacted = 0;
  readonly #limit: number;

  constructor(historyLimit = HISTORY) {
    this.#limit = historyLimit;
  }

  get revision(): number {
    return this.#revision;
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#collections.get(resource)?.get(key);
  }

  /** Sorted by key, as etcd returns them. `prefix` is a namespace with its slash. */
  list(resource: string, prefix = ''): KubeObject[] {
    const collection = this.#collections.get(resource);
    if (!collection) return [];
    const keys = [...collection.keys()].filter((key) => key.startsWith(prefix)).toSorted();
    return keys.map((key) => collection.get(key) as KubeObject);
  }

  resources(): string[] {
    return [...this.#collections.keys()];
  }

  /** All that there is. */
  entries(): Entry[] {
    return this.resources().flatMap((resource) =>
      Array.from(this.#collections.get(resource) ?? [], ([key, object]) => ({ resource, key, object })),
    );
  }

  /** Takes up where another store stood. Watches of before have to list again. */
  restore(revision: number, entries: readonly Entry[]): void {
    this.#revision = revision;
    for (const { resource, key, object } of entries) {
      const collection = this.#collections.get(resource) ?? new Map<string, KubeObject>();
      this.#collections.set(resource, collection.set(key, deepFreeze(object)));
      this.#publish({ revision, type: 'ADDED', resource, object });
    }
    this.compact();
  }

  /** Stores a copy under the next revision and tells the watchers. */
  put(resource: string, key: string, object: KubeObject): KubeObject {
    const collection = this.#collections.get(resource) ?? new Map<string, KubeObject>();
    this.#collections.set(resource, collection);
    const previous = collection.get(key);
    const stored = this.#stamp(object);
    collection.set(key, stored);
    const type = previous ? 'MODIFIED' : 'ADDED';
    this.#publish({
      revision: this.#revision,
      type,
      resource,
      object: stored,
      ...(previous ? { previous } : {}),
    });
    return stored;
  }

  /** Removes it; the last state, under the revision of its removal, is what watchers see. */
  remove(resource: string, key: string): KubeObject | undefined {
    const previous = this.#collections.get(resource)?.get(key);
    if (!previous) return undefined;
    this.#collections.get(resource)?.delete(key);
    const object = this.#stamp(previous);
    this.#publish({ revision: this.#revision, type: 'DELETED', resource, object, previous });
    return object;
  }

  /**
   * Calls the listener for every event of that collection after a revision, those that were already included; after 0 for
   * what is there, where the history does not reach that far back.
   * @returns what ends it
   * @throws ApiError 410 when the history does not reach as far back as to another revision
   */
  watch(resource: string, since: number, listener: Listener): () => void {
    for (const event of this.#since(resource, since)) listener(event);
    const listeners = this.#listeners.get(resource) ?? new Set();
    this.#listeners.set(resource, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  #since(resource: string, since: number): StoreEvent[] {
    if (since >= this.#compacted) {
      return this.#history.filter((event) => event.resource === resource && event.revision > since);
    }
    if (since !== 0) throw expired(`too old resource version: ${since} (${this.#compacted})`);
    return this.list(resource).map((object) => ({
      revision: this.#revision,
      type: 'ADDED',
      resource,
      object,
    }));
  }

  /** Forgets events up to now: a watch from before has to list again (what etcd's compaction does). */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  #stamp(object: KubeObject): KubeObject {
    this.#revision += 1;
    const copy = structuredClone(object);
    copy.metadata.resourceVersion = String(this.#revision);
    return deepFreeze(copy);
  }

  #publish(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > this.#limit * 2) {
      const dropped = this.#history.splice(0, this.#limit);
      this.#compacted = dropped.at(-1)?.revision ?? this.#compacted;
    }
    for (const listener of Array.from(this.#listeners.get(event.resource) ?? [])) listener(event);
  }
}
