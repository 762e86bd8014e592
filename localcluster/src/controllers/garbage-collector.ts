import { isCode } from '../api/api-error.ts';
import type { Registry } from '../registry/registry.ts';
import { collectionOf, type Resource } from '../registry/resource.ts';
import type { StoreEvent } from '../store/store.ts';
import type { KubeObject, OwnerReference } from '../types.ts';
import { Cluster } from './cluster.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/**
 * Deletes what has lost its owners, and holds owners back that wait for what they own (foreground) or let it go
 * (orphan). Follows every kind, also those that CRDs add later.
 */
export class GarbageCollector {
  readonly #registry: Registry;
  readonly #cluster: Cluster;
  readonly #log: (line: string) => void;
  readonly #ends = new Map<string, () => void>();
  readonly #pending = new Set<string>();
  #scheduled = false;

  constructor(registry: Registry, log: (line: string) => void) {
    this.#registry = registry;
    this.#log = log;
    this.#cluster = new Cluster(registry, 'garbage-collector');
  }

  start(): void {
    this.#followAll();
    const definitions = collectionOf(this.#registry.kinds.builtIn('CustomResourceDefinition'));
    this.#ends.set(
      'kinds',
      this.#registry.store.watch(definitions, 0, () => this.#followAll()),
    );
  }

  stop(): void {
    for (const end of this.#ends.values()) end();
  }

  #followAll(): void {
    for (const resource of this.#registry.kinds.all()) {
      const collection = collectionOf(resource);
      if (this.#ends.has(collection) || collection === 'events') continue;
      this.#ends.set(
        collection,
        this.#registry.store.watch(collection, 0, (event) => this.#seen(event)),
      );
    }
  }

  #seen({ type, object }: StoreEvent): void {
    const { metadata } = object;
    const owned = (metadata.ownerReferences?.length ?? 0) > 0;
    if (type === 'DELETED') this.#enqueue(`gone ${metadata.uid}`);
    else if (metadata.deletionTimestamp) this.#enqueue(`leaving ${metadata.uid}`);
    else if (owned && type === 'ADDED') this.#enqueue(`added ${metadata.uid}`);
    // The last dependent of an owner that waits may just have gone.
    if (type === 'DELETED')
      for (const owner of metadata.ownerReferences ?? []) this.#enqueue(`leaving ${owner.uid}`);
  }

  #enqueue(work: string): void {
    this.#pending.add(work);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const works = [...this.#pending];
      this.#pending.clear();
      for (const one of works) this.#attempt(one);
    });
  }

  #attempt(work: string): void {
    try {
      this.#work(work);
    } catch (error) {
      // What is gone meanwhile needs no more work; the event of its removal brings the rest along.
      if (!isCode(error, 404)) this.#log(`garbage-collector ${work}: ${String(error)}`);
    }
  }

  #work(work: string): void {
    const [what, uid = ''] = work.split(' ');
    if (what === 'gone')
      for (const [resource, object] of this.#dependents(uid)) this.#collect(resource, object, uid);
    const found = what === 'gone' ? undefined : this.#byUid(uid);
    if (!found) return;
    if (what === 'added') this.#collect(...found);
    else this.#release(...found);
  }

  *#objects(): Generator<[Resource, KubeObject]> {
    const seen = new Set<string>();
    for (const resource of this.#registry.kinds.all()) {
      const collection = collectionOf(resource);
      if (seen.has(collection) || collection === 'events') continue;
      seen.add(collection);
      for (const object of this.#registry.store.list(collection)) yield [resource, object];
    }
  }

  #byUid(uid: string): [Resource, KubeObject] | undefined {
    for (const pair of this.#objects()) if (pair[1].metadata.uid === uid) return pair;
    return undefined;
  }

  #dependents(uid: string): [Resource, KubeObject][] {
    return [...this.#objects()].filter(([, { metadata }]) =>
      metadata.ownerReferences?.some((one) => one.uid === uid),
    );
  }

  #ownerExists({ apiVersion, kind, name, uid }: OwnerReference, namespace: string | undefined): boolean {
    const resource = this.#registry.kinds.byKind(apiVersion, kind);
    // A kind that is not served may be served again: nothing is deleted on a guess.
    if (!resource) return true;
    const found = this.#registry.find(resource, {
      name,
      ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    });
    return found?.metadata.uid === uid;
  }

  /**
   * Deletes an object none of whose owners is there; drops references to those that are gone.
   * @param gone an owner that was seen to go, whether or not its kind is still served
   */
  #collect(resource: Resource, { metadata }: KubeObject, gone?: string): void {
    const object = this.#registry.find(resource, metadata);
    const owners = object?.metadata.ownerReferences ?? [];
    if (!object || owners.length === 0 || object.metadata.deletionTimestamp) return;
    const { namespace } = object.metadata;
    const left = owners.filter((owner) => owner.uid !== gone && this.#ownerExists(owner, namespace));
    if (left.length === owners.length) return;
    if (left.length === 0) this.#cluster.delete(resource, object, { propagationPolicy: policyOf(object) });
    else this.#patch(resource, object, { ownerReferences: left });
  }

  /** Lets an owner go when what it waits for is done. */
  #release(resource: Resource, object: KubeObject): void {
    const finalizers = object.metadata.finalizers ?? [];
    if (!object.metadata.deletionTimestamp) return;
    const { uid } = object.metadata;
    if (finalizers.includes(ORPHAN)) {
      for (const [kind, dependent] of this.#dependents(uid)) {
        const left = dependent.metadata.ownerReferences?.filter((owner) => owner.uid !== uid) ?? [];
        this.#patch(kind, dependent, { ownerReferences: left.length > 0 ? left : null });
      }
      return this.#removeFinalizer(resource, object, ORPHAN);
    }
    if (!finalizers.includes(FOREGROUND)) return;
    const dependents = this.#dependents(uid);
    for (const [kind, dependent] of dependents) {
      if (!dependent.metadata.deletionTimestamp) {
        this.#cluster.delete(kind, dependent, { propagationPolicy: 'Foreground' });
      }
    }
    const blocking = this.#dependents(uid).some(([, { metadata }]) =>
      metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
    );
    if (!blocking) this.#removeFinalizer(resource, object, FOREGROUND);
  }

  #removeFinalizer(resource: Resource, object: KubeObject, finalizer: string): void {
    const left = object.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
    this.#patch(resource, object, { finalizers: left.length > 0 ? left : null });
  }

  #patch(resource: Resource, { metadata }: KubeObject, change: object): void {
    const { name, namespace } = metadata;
    const target = { name, ...(namespace === undefined ? {} : { namespace }) };
    this.#registry.patch(
      resource,
      target,
      'merge',
      { metadata: { ...change } },
      { manager: 'garbage-collector' },
    );
  }
}

/** A dependent that itself asked for another way of deletion keeps it. */
function policyOf({ metadata }: KubeObject): 'Background' | 'Foreground' | 'Orphan' {
  if (metadata.finalizers?.includes(ORPHAN)) return 'Orphan';
  return metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background';
}
