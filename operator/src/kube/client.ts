import type { KubeObject } from '../api/kubernetes.ts';
import type { Connection, Request } from './connection.ts';
import { within } from './deadline.ts';
import { collectionPath, type Kind, objectPath } from './kinds.ts';
import { KubeError, STOPPED } from './kube-error.ts';
import { readWatchEvents, type WatchEvent } from './watch-stream.ts';

/** Owns what the operator applies; never used for anything else. */
const FIELD_MANAGER = 'stockout-operator';

const REQUEST_TIMEOUT_MS = 30_000;
/** Objects of a page live at once, and with those of every other kind that is listed at this moment. */
const PAGE = '100';

/** As new as the server knows it when it is asked. */
const STATE_FIRST = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' };

export interface Selection {
  /** All namespaces when left out. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

export interface Listed<T> {
  items: T[];
  resourceVersion: string;
}

interface RawList<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

type Options = Pick<Request, 'query' | 'body' | 'contentType'> & { signal?: AbortSignal | undefined };

/** Asked before each write. @throws what the write throws, when nothing may be written now */
export type Fence = () => void;

/** The requests that the operator makes. Every method throws KubeError. */
export class KubeClient {
  readonly #connection: Connection;
  readonly #fence: Fence;
  readonly #end: AbortSignal | undefined;

  /** @param end nobody waits for an answer any longer: what is asked then, or has been, throws at once */
  constructor(connection: Connection, fence: Fence = () => {}, end?: AbortSignal) {
    this.#connection = connection;
    this.#fence = fence;
    this.#end = end;
  }

  /** @param keep what of an object goes into the list; asked page by page, so that the rest is soon let go */
  async list<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection,
    signal?: AbortSignal,
    keep: (object: T) => T = (object) => object,
  ): Promise<Listed<T>> {
    const items: T[] = [];
    let next: string | undefined;
    for (;;) {
      const { namespace, labelSelector, fieldSelector } = selection;
      const query = { labelSelector, fieldSelector, limit: PAGE, continue: next };
      const list = await this.#request<RawList<T>>('GET', collectionPath(kind, namespace), { query, signal });
      items.push(...list.items.map((item) => keep(withKind(kind, item))));
      next = list.metadata.continue || undefined;
      if (next === undefined) return { items, resourceVersion: list.metadata.resourceVersion };
    }
  }

  /**
   * Ends when the server ends it (after `timeoutSeconds`), throws when the connection breaks. Without a resourceVersion
   * what is there comes first, up to a bookmark for which `isEndOfState` holds: a server that knows no such streams refuses.
   */
  async *watch<T extends KubeObject>(
    kind: Kind<T>,
    selection: Selection & { resourceVersion: string | undefined; timeoutSeconds: number },
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent<T>> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds } = selection;
    const { body } = await this.#connection.send({
      method: 'GET',
      path: collectionPath(kind, namespace),
      query: {
        watch: 'true',
        allowWatchBookmarks: 'true',
        labelSelector,
        fieldSelector,
        resourceVersion,
        ...(resourceVersion === undefined ? STATE_FIRST : {}),
        timeoutSeconds: String(timeoutSeconds),
      },
      // A connection that died without a word would be waited on for ever.
      signal: AbortSignal.any([signal, AbortSignal.timeout((timeoutSeconds + 30) * 1000)]),
    });
    for await (const event of readWatchEvents<T>(body)) {
      yield { ...event, object: withKind(kind, event.object) };
    }
  }

  get<T extends KubeObject>(
    kind: Kind<T>,
    namespace: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#request<T>('GET', objectPath(kind, namespace, name), { signal });
  }

  create<T extends KubeObject>(kind: Kind<T>, object: T, signal?: AbortSignal): Promise<T> {
    const query = { fieldManager: FIELD_MANAGER };
    const path = collectionPath(kind, object.metadata.namespace);
    return this.#request<T>('POST', path, { query, body: object, signal });
  }

  /** Server-side apply of all that the operator owns; with a resourceVersion only on top of that one. */
  apply<T extends KubeObject>(kind: Kind<T>, object: T, manager = FIELD_MANAGER): Promise<T> {
    return this.#request<T>('PATCH', objectPath(kind, object.metadata.namespace, object.metadata.name), {
      query: { fieldManager: manager, force: 'true' },
      body: object,
      contentType: 'application/apply-patch+yaml',
    });
  }

  /**
   * Its finalizers alone, on top of the resourceVersion that the object has here. No server-side apply: a finalizer that a
   * backup brought back is nobody's there, and could not be taken away.
   */
  async setFinalizers<T extends KubeObject>(kind: Kind<T>, { metadata }: T): Promise<void> {
    const { namespace, name, resourceVersion, finalizers = [] } = metadata;
    await this.#request('PATCH', objectPath(kind, namespace, name), {
      query: { fieldManager: FIELD_MANAGER },
      body: { metadata: { resourceVersion, finalizers } },
      contentType: 'application/merge-patch+json',
    });
  }

  /** A PUT: refused with a conflict when the object's resourceVersion is no longer the newest. */
  replace<T extends KubeObject>(kind: Kind<T>, object: T, signal?: AbortSignal): Promise<T> {
    const path = objectPath(kind, object.metadata.namespace, object.metadata.name);
    return this.#request<T>('PUT', path, { query: { fieldManager: FIELD_MANAGER }, body: object, signal });
  }

  replaceStatus<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T> {
    const path = `${objectPath(kind, object.metadata.namespace, object.metadata.name)}/status`;
    return this.#request<T>('PUT', path, { query: { fieldManager: FIELD_MANAGER }, body: object });
  }

  /** In the background: the API server removes what the object owns. Refused when its uid is another by now. @throws TypeError without one */
  async delete(kind: Kind<KubeObject>, object: KubeObject): Promise<void> {
    const { namespace, name, uid } = object.metadata;
    if (uid === undefined) throw new TypeError(`which ${kind.kind} ${name} is to go is told by its uid`);
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      preconditions: { uid },
    };
    await this.#request('DELETE', objectPath(kind, namespace, name), { body });
  }

  async #request<T>(method: Request['method'], path: string, options: Options = {}): Promise<T> {
    if (method !== 'GET') this.#fence();
    const { signal, ...rest } = options;
    try {
      return await within(REQUEST_TIMEOUT_MS, [signal, this.#end], (wanted) =>
        this.#exchange<T>({ method, path, ...rest, signal: wanted }),
      );
    } catch (error) {
      if (!this.#end?.aborted) throw error;
      throw new KubeError(0, STOPPED, `${method} ${path} was given up`, { cause: error });
    }
  }

  async #exchange<T>(request: Request): Promise<T> {
    const { method, path } = request;
    const answer = await this.#connection.send(request);
    const text = await answer.body.text().catch((cause: unknown) => {
      throw new KubeError(0, 'Unreadable', `the answer to ${method} ${path} broke off`, { cause });
    });
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      throw new KubeError(0, 'Unreadable', `${method} ${path} was not answered in JSON`, { cause: error });
    }
  }
}

/** A list of built-in kinds names neither apiVersion nor kind in its items. */
function withKind<T extends KubeObject>(kind: Kind<T>, object: T): T {
  return { ...object, apiVersion: object.apiVersion ?? kind.apiVersion, kind: object.kind ?? kind.kind };
}
