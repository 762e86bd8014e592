import { ApiError } from '../api/api-error.ts';
import { collectionOf, keyOf } from '../registry/resource.ts';
import type { Registry } from '../registry/registry.ts';
import type { KubeObject } from '../types.ts';

export interface Controller {
  name: string;
  /** Kinds whose changes matter, and which keys (`namespace/name`) a change is about. */
  watches: Record<string, (object: KubeObject, previous?: KubeObject) => (string | undefined)[]>;
  /** Brings one object where it should be. @returns milliseconds until it wants another look */
  reconcile: (key: string) => number | void;
}

const FIRST_RETRY = 50;
const LAST_RETRY = 10_000;

/** Runs controllers on changes in the store: each key is looked at once a turn, again with backoff after an error. */
export class ControllerManager {
  readonly #registry: Registry;
  readonly #log: (line: string) => void;
  readonly #ends: (() => void)[] = [];
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #stopped = false;

  constructor(registry: Registry, log: (line: string) => void) {
    this.#registry = registry;
    this.#log = log;
  }

  run(controller: Controller): void {
    const pending = new Set<string>();
    const failures = new Map<string, number>();
    let scheduled = false;
    const enqueue = (key: string | undefined): void => {
      if (key === undefined || this.#stopped) return;
      pending.add(key);
      if (scheduled) return;
      scheduled = true;
      setImmediate(() => {
        scheduled = false;
        const keys = [...pending];
        pending.clear();
        for (const one of keys) this.#reconcile(controller, one, failures, enqueue);
      });
    };
    for (const [kind, keysOf] of Object.entries(controller.watches)) {
      const collection = collectionOf(this.#registry.kinds.builtIn(kind));
      const seen = ({ object, previous }: { object: KubeObject; previous?: KubeObject }): void =>
        keysOf(object, previous).forEach(enqueue);
      this.#ends.push(this.#registry.store.watch(collection, this.#registry.store.revision, seen));
      for (const object of this.#registry.store.list(collection)) seen({ object });
    }
  }

  #reconcile(
    controller: Controller,
    key: string,
    failures: Map<string, number>,
    enqueue: (key: string) => void,
  ): void {
    if (this.#stopped) return;
    try {
      const after = controller.reconcile(key);
      failures.delete(key);
      if (after !== undefined) this.#later(controller.name, key, after, enqueue);
    } catch (error) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const expected = error instanceof ApiError && [403, 404, 409].includes(error.code);
      if (!expected) this.#log(`${controller.name} ${key}: ${String(error)}`);
      this.#later(controller.name, key, Math.min(FIRST_RETRY * 2 ** count, LAST_RETRY), enqueue);
    }
  }

  #later(name: string, key: string, milliseconds: number, enqueue: (key: string) => void): void {
    const id = `${name} ${key}`;
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(
      () => {
        this.#timers.delete(id);
        enqueue(key);
      },
      Math.max(0, milliseconds),
    );
    this.#timers.set(id, timer);
  }

  stop(): void {
    this.#stopped = true;
    for (const end of this.#ends) end();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }
}

export const keyOfObject = ({ metadata }: KubeObject): string => keyOf(metadata.namespace, metadata.name);

export function splitKey(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}
