import type { KubeObject } from '../api/kubernetes.ts';

export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace}/${object.metadata.name}`;
}

type Listener<T> = (object: T, before: T | undefined) => void;

/**
 * The newest that is known of each object of a kind, as a reflector keeps it. Objects are shared: never change one.
 * @param group the key of what an object belongs to, for `inGroup`
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #group: (object: T) => string | undefined;
  readonly #listeners: Listener<T>[] = [];

  constructor(group: (object: T) => string | undefined = () => undefined) {
    this.#group = group;
  }

  /** Called with every object that is new, changed or gone, and with what was known of it before. */
  onChange(listener: Listener<T>): void {
    this.#listeners.push(listener);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  values(): IterableIterator<T> {
    return this.#objects.values();
  }

  inGroup(group: string): T[] {
    const keys = this.#groups.get(group) ?? new Set<string>();
    return [...keys].map((key) => this.#objects.get(key)).filter((object) => object !== undefined);
  }

  set(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before !== undefined) this.#ungroup(key, before);
    this.#objects.set(key, object);
    const group = this.#group(object);
    if (group !== undefined) this.#groups.set(group, (this.#groups.get(group) ?? new Set()).add(key));
    if (before?.metadata.resourceVersion !== object.metadata.resourceVersion || before === undefined) {
      this.#tell(object, before);
    }
  }

  delete(object: T): void {
    const key = keyOf(object);
    const before = this.#objects.get(key);
    if (before === undefined) return;
    this.#ungroup(key, before);
    this.#objects.delete(key);
    this.#tell(object, before);
  }

  /** After a list: what is not in it is gone. Of one namespace, or of all when none is given. */
  replace(items: readonly T[], namespace?: string): void {
    const present = new Set(items.map(keyOf));
    for (const [key, object] of this.#objects) {
      const covered = namespace === undefined || object.metadata.namespace === namespace;
      if (covered && !present.has(key)) this.delete(object);
    }
    for (const item of items) this.set(item);
  }

  #ungroup(key: string, object: T): void {
    const group = this.#group(object);
    if (group === undefined) return;
    const keys = this.#groups.get(group);
    keys?.delete(key);
    if (keys?.size === 0) this.#groups.delete(group);
  }

  #tell(object: T, before: T | undefined): void {
    for (const listener of this.#listeners) listener(object, before);
  }
}
