import type { KubeObject } from '../api/kubernetes.ts';
import type { Log } from '../log.ts';
import { type BackoffOptions, backoffMs, pause } from './backoff.ts';
import type { KubeClient, Selection } from './client.ts';
import type { Kind } from './kinds.ts';
import { isExpired, isNotFound, KubeError } from './kube-error.ts';
import type { Store } from './store.ts';
import type { WatchEvent } from './watch-stream.ts';

export interface ReflectorOptions<T> {
  selection: Selection;
  /** What of an object is kept; default: all but who set which field, the larger half of a small object. */
  trim?: ((object: T) => T) | undefined;
  backoff?: BackoffOptions;
  /** How long one watch lasts; the server ends it then and a new one goes on where it stood. */
  watchSeconds?: () => number;
}

/** However long the API server was away, what happened meanwhile is seen seconds after. */
const BACKOFF: BackoffOptions = { firstMs: 200, maxMs: 3_000 };
/** A kind that is not installed yet is looked for again soon: someone is about to apply the CRDs. */
const NOT_INSTALLED_MS = 1000;
const LASTED_MS = 10_000;

/** Keeps a store equal to what the API server holds: list, then watch, for ever. No error ends it. */
export class Reflector<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly #client: KubeClient;
  readonly #store: Store<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #trim: (object: T) => T;
  readonly #log: Log;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #attempt = 0;
  /** Where to go on watching; undefined: list first. */
  #resourceVersion: string | undefined;

  constructor(client: KubeClient, kind: Kind<T>, store: Store<T>, options: ReflectorOptions<T>, log: Log) {
    this.kind = kind;
    this.#client = client;
    this.#store = store;
    this.#options = options;
    this.#trim = options.trim ?? withoutManagedFields;
    this.#log = log;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves after the first list. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Resolves when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === undefined) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { items, resourceVersion } = await this.#client.list(this.kind, this.#options.selection, signal);
    this.#store.replace(
      items.map((item) => this.#trim(item)),
      this.#options.selection.namespace,
    );
    this.#resourceVersion = resourceVersion;
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const timeoutSeconds = this.#options.watchSeconds?.() ?? 240 + Math.round(Math.random() * 60);
    const began = performance.now();
    const resourceVersion = this.#resourceVersion ?? '';
    const selection = { ...this.#options.selection, resourceVersion, timeoutSeconds };
    let events = 0;
    try {
      for await (const event of this.#client.watch(this.kind, selection, signal)) {
        this.#take(event);
        events++;
      }
    } finally {
      // A quiet watch that lasted is as good as one with events: what breaks it is no failure in a row.
      if (events > 0 || performance.now() - began > LASTED_MS) this.#attempt = 0;
    }
    // A proxy that ends every watch at once must not become a storm of requests.
    if (events === 0 && performance.now() - began < 1000) {
      await pause(backoffMs(this.#attempt++, this.#options.backoff ?? BACKOFF), signal);
    }
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === 'ERROR') throw errorOf(event.object);
    if (event.type === 'DELETED') this.#store.delete(event.object);
    else if (event.type !== 'BOOKMARK') this.#store.set(this.#trim(event.object));
    this.#resourceVersion = event.object.metadata.resourceVersion;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (isExpired(error) || isNotFound(error)) this.#resourceVersion = undefined;
    const wait = isNotFound(error)
      ? NOT_INSTALLED_MS
      : backoffMs(this.#attempt++, this.#options.backoff ?? BACKOFF);
    const message = error instanceof Error ? error.message : String(error);
    this.#log(isExpired(error) || isNotFound(error) ? 'debug' : 'warn', 'watch broke, going on', {
      kind: this.kind.kind,
      error: message,
      waitMs: wait,
    });
    await pause(wait, signal);
  }
}

export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The object of an ERROR event is a Status. */
function errorOf(status: unknown): KubeError {
  const { code = 500, reason = 'Unknown', message = 'the watch failed' } = status as Partial<KubeError>;
  return new KubeError(code, reason, message);
}
