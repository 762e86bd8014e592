import { isCode } from '../api/api-error.ts';
import { eventBody, eventKey, type EventText } from '../client/event-body.ts';
import type { DeleteOptions } from '../registry/options.ts';
import type { Registry } from '../registry/registry.ts';
import type { Resource } from '../registry/resource.ts';
import type { JsonObject, KubeObject, OwnerReference } from '../types.ts';

/** How many different events are remembered, to count a repeated one up instead of making another. */
const REMEMBERED = 1000;

/** The API as the built-in controllers use it: in the same process, under their own field manager. */
export class Cluster {
  readonly registry: Registry;
  readonly #manager: string;
  readonly #events = new Map<string, { name: string; namespace: string; count: number }>();

  constructor(registry: Registry, manager: string) {
    this.registry = registry;
    this.#manager = manager;
  }

  now(): number {
    return this.registry.now();
  }

  list<T extends KubeObject>(kind: string, namespace?: string): T[] {
    return this.registry.list(this.#kind(kind), namespace) as T[];
  }

  find<T extends KubeObject>(kind: string, namespace: string | undefined, name: string): T | undefined {
    return this.registry.find(this.#kind(kind), target(namespace, name)) as T | undefined;
  }

  create<T extends KubeObject>(kind: string, namespace: string | undefined, body: object): T {
    const options = { manager: this.#manager };
    return this.registry.create(this.#kind(kind), namespace, body as JsonObject, options) as T;
  }

  /** A merge patch, refused when the object is not the one that was read. */
  patch(kind: string, { metadata }: KubeObject, patch: object): void {
    this.#patch(kind, metadata, patch, false);
  }

  removeFinalizer(kind: string, object: KubeObject, finalizer: string): void {
    const left = object.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
    this.patch(kind, object, { metadata: { finalizers: left.length > 0 ? left : null } });
  }

  patchStatus(kind: string, { metadata }: KubeObject, status: object): void {
    this.#patch(kind, metadata, { status }, true);
  }

  #patch(kind: string, metadata: KubeObject['metadata'], patch: object, status: boolean): void {
    const { namespace, name, uid, resourceVersion } = metadata;
    const given = (patch as { metadata?: object }).metadata;
    const body = { ...patch, metadata: { ...given, uid, resourceVersion } } as JsonObject;
    const options = { manager: this.#manager, ...(status ? { subresource: 'status' as const } : {}) };
    this.registry.patch(this.#kind(kind), target(namespace, name), 'merge', body, options);
  }

  /** Deletes the very object; one that is gone already is no error. */
  delete(kind: Resource | string, { metadata }: KubeObject, options: DeleteOptions = {}): void {
    const resource = typeof kind === 'string' ? this.#kind(kind) : kind;
    const preconditions = { uid: metadata.uid };
    try {
      this.registry.delete(resource, target(metadata.namespace, metadata.name), {
        preconditions,
        ...options,
      });
    } catch (error) {
      if (!isCode(error, 404)) throw error;
    }
  }

  event(about: KubeObject, text: Omit<EventText, 'component'>): void {
    const whole = { ...text, component: this.#manager };
    const key = eventKey(about, whole);
    const known = this.#events.get(key);
    const body = eventBody(about, whole, this.now());
    const events = this.#kind('Event');
    try {
      if (known && this.registry.find(events, known)) {
        known.count += 1;
        const patch = { count: known.count, lastTimestamp: body.lastTimestamp ?? null };
        this.registry.patch(events, known, 'merge', patch, { manager: this.#manager });
        return;
      }
      const { name, namespace = '' } = this.create(
        'Event',
        about.metadata.namespace ?? 'default',
        body,
      ).metadata;
      this.#events.set(key, { name, namespace, count: 1 });
      const [oldest] = this.#events.keys();
      if (this.#events.size > REMEMBERED && oldest !== undefined) this.#events.delete(oldest);
    } catch {
      // Events are told for people: a namespace on its way out takes none, and nothing depends on them.
    }
  }

  #kind(kind: string): Resource {
    return this.registry.kinds.builtIn(kind);
  }
}

function target(namespace: string | undefined, name: string): { name: string; namespace?: string } {
  return namespace === undefined ? { name } : { name, namespace };
}

export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

/** The reference by which a controller owns what it makes. */
export function ownedBy(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export const isOwnedBy = (object: KubeObject, owner: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;
