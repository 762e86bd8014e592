import type { KubeObject } from '../api/kubernetes.ts';
import type { Log } from '../log.ts';
import { type BackoffOptions, backoffMs, pause } from './backoff.ts';
import type { KubeClient, Selection } from './client.ts';
import type { Kind } from './kinds.ts';
import { isExpired, isNotFound, isNotUnderstood, KubeError } from './kube-error.ts';
import { SharedParts } from './shared-parts.ts';
import { keyOf, type Store } from './store.ts';
import { isEndOfState, type WatchEvent } from './watch-stream.ts';

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
/** A stream of what is there that has not come to its end by then is left: the pages of a list end for sure. */
const STATE_MS = 30_000;

/**
 * Keeps a store equal to what the API server holds, for ever: no error ends it. One watch brings what is there, then what
 * becomes of it: each object is let go of before the next one comes, where a page of a list is a hundred at once. Where such
 * a watch fails, or is not known, there is a list, page by page, and a watch that goes on from it.
 */
export class Reflector<T extends KubeObject> {
  readonly kind: Kind<T>;
  readonly #client: KubeClient;
  readonly #store: Store<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #trim: (object: T) => T;
  readonly #sharedParts = new SharedParts<T>();
  readonly #log: Log;
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #attempt = 0;
  /** Where to go on watching; undefined: what is there has to come first. */
  #resourceVersion: string | undefined;
  /** What is there comes by a list, since the watch did not bring it. */
  #listNext = false;

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

  /** Resolves once what is there is in the store. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Resolves when the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (this.#listNext) await this.#list(signal);
        await this.#watch(signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  /** What is there is not known, or no longer. */
  #isBehind(): boolean {
    return this.#resourceVersion === undefined;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { selection } = this.#options;
    const keep = (object: T): T => this.#keep(object);
    const { items, resourceVersion } = await this.#client.list(this.kind, selection, signal, keep);
    this.#begin(items, resourceVersion);
  }

  #begin(state: readonly T[], resourceVersion: string | undefined): void {
    this.#store.replace(state, this.#options.selection.namespace);
    this.#resourceVersion = resourceVersion;
    this.#listNext = false;
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const timeoutSeconds = this.#options.watchSeconds?.() ?? 240 + Math.round(Math.random() * 60);
    const selection = { ...this.#options.selection, resourceVersion: this.#resourceVersion, timeoutSeconds };
    const [began, patience, state] = [performance.now(), this.#patience(signal), new Map<string, T>()];
    let events = 0;
    try {
      for await (const event of this.#client.watch(this.kind, selection, patience.signal)) {
        if (this.#isBehind()) this.#gather(state, event);
        else this.#take(event);
        events++;
      }
    } catch (error) {
      // A server that knows no streams of what is there is listed: nothing is wrong.
      if (!this.#isBehind() || !isNotUnderstood(error)) throw error;
      return;
    } finally {
      patience.end();
      this.#listNext = this.#isBehind();
      // A quiet watch that lasted is as good as one with events: what breaks it is no failure in a row.
      if (events > 0 || performance.now() - began > LASTED_MS) this.#attempt = 0;
    }
    // A proxy that ends every watch at once must not become a storm of requests.
    if (events === 0 && performance.now() - began < 1000) {
      await pause(backoffMs(this.#attempt++, this.#options.backoff ?? BACKOFF), signal);
    }
  }

  /** A watch is left by its signal, and when it has not brought what is there after a while. */
  #patience(signal: AbortSignal): { signal: AbortSignal; end(): void } {
    const late = new AbortController();
    const look = (): void => {
      if (this.#isBehind()) late.abort(new Error(`not all that is there came within ${STATE_MS / 1000} s`));
    };
    const timer = setTimeout(look, STATE_MS);
    return { signal: AbortSignal.any([signal, late.signal]), end: () => clearTimeout(timer) };
  }

  #take(event: WatchEvent<T>): void {
    if (event.type === 'ERROR') throw errorOf(event.object);
    if (event.type === 'DELETED') this.#store.delete(event.object);
    else if (event.type !== 'BOOKMARK') this.#store.set(this.#keep(event.object));
    this.#resourceVersion = event.object.metadata.resourceVersion;
  }

  /** Until all that is there has come, the store stays as it is. */
  #gather(state: Map<string, T>, event: WatchEvent<T>): void {
    const { type, object } = event;
    if (type === 'ERROR') throw errorOf(object);
    if (isEndOfState(event)) {
      this.#begin([...state.values()], object.metadata.resourceVersion);
      // The watch goes on for minutes, and would keep objects as they were.
      state.clear();
    } else if (type === 'DELETED') state.delete(keyOf(object));
    else if (type !== 'BOOKMARK') state.set(keyOf(object), this.#keep(object));
  }

  #keep(object: T): T {
    return this.#sharedParts.take(this.#trim(object), this.#store.get(keyOf(object)));
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
