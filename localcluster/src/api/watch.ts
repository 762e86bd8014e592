import type { ServerResponse } from 'node:http';
import type { Registry } from '../registry/registry.ts';
import { apiVersionOf, type Resource } from '../registry/resource.ts';
import type { Matches } from '../registry/selectors.ts';
import type { StoreEvent } from '../store/store.ts';
import type { KubeObject } from '../types.ts';
import { ApiError } from './api-error.ts';
import { present, presentTable, type Representation } from './representation.ts';

export interface WatchRequest {
  resource: Resource;
  matches: Matches;
  resourceVersion: string;
  bookmarks: boolean;
  /** The list comes first, as events, and a bookmark says where it ends. */
  sendInitialEvents: boolean;
  timeoutSeconds: number;
  representation: Representation;
}

type EventType = 'ADDED' | 'BOOKMARK' | 'DELETED' | 'ERROR' | 'MODIFIED';

const BOOKMARK_MILLISECONDS = 60_000;
const UNREAD_BYTES = 64 * 1024 * 1024;

/**
 * Streams events, a line each, until the client or the timeout ends it.
 * @returns what ends it from our side
 * @throws ApiError on a resourceVersion that is none
 */
export function serveWatch(registry: Registry, request: WatchRequest, response: ServerResponse): () => void {
  requireVersion(request.resourceVersion);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  const stream = new EventStream(request, response);
  const { resource, resourceVersion, timeoutSeconds } = request;
  const since = begin(registry, request, stream);
  let unsubscribe: () => void;
  try {
    unsubscribe = registry.watch(resource, since, (event) => stream.send(event));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    stream.write('ERROR', error.status);
    response.end();
    return () => {};
  }
  if (resourceVersion === '' || request.sendInitialEvents) stream.endOfInitial(registry.store.revision);
  const ticker = setInterval(() => stream.bookmark(registry.store.revision), BOOKMARK_MILLISECONDS);
  // Nothing may be written to a response that has ended: first no more events, then the end.
  const end = (): void => {
    unsubscribe();
    clearInterval(ticker);
    clearTimeout(timeout);
    response.end();
  };
  const timeout = setTimeout(end, timeoutSeconds * 1000);
  response.on('close', end);
  return end;
}

function requireVersion(text: string): void {
  if (/^\d*$/.test(text)) return;
  const value = JSON.stringify(text);
  const message = `resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: invalid syntax`;
  throw new ApiError(500, undefined, message);
}

/** Sends the state where the client asks for it. @returns the revision after which events follow */
function begin(
  registry: Registry,
  { resource, resourceVersion, sendInitialEvents }: WatchRequest,
  stream: EventStream,
): number {
  const wantsState = resourceVersion === '' || resourceVersion === '0' || sendInitialEvents;
  if (!wantsState) return Number(resourceVersion);
  for (const object of registry.list(resource)) {
    stream.send({ revision: 0, type: 'ADDED', resource: '', object });
  }
  return registry.store.revision;
}

class EventStream {
  readonly #request: WatchRequest;
  readonly #response: ServerResponse;
  #sentColumns = false;

  constructor(request: WatchRequest, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  /** An object that leaves the selector is deleted for this client, one that enters it is added. */
  send({ type, object, previous }: StoreEvent): void {
    const { matches } = this.#request;
    const now = type !== 'DELETED' && matches(object);
    const before = type === 'ADDED' ? false : previous ? matches(previous) : matches(object);
    if (now) this.#object(before ? 'MODIFIED' : 'ADDED', object);
    else if (before) this.#object('DELETED', object);
  }

  bookmark(revision: number): void {
    if (this.#request.bookmarks) this.#bookmark(revision, {});
  }

  endOfInitial(revision: number): void {
    if (!this.#request.sendInitialEvents) return;
    this.#bookmark(revision, { annotations: { 'k8s.io/initial-events-end': 'true' } });
  }

  #bookmark(revision: number, metadata: object): void {
    const { resource } = this.#request;
    const object = { kind: resource.kind, apiVersion: apiVersionOf(resource) };
    this.write('BOOKMARK', {
      ...object,
      metadata: { resourceVersion: String(revision), creationTimestamp: null, ...metadata },
    });
  }

  #object(type: EventType, object: KubeObject): void {
    const { resource, representation } = this.#request;
    if (!representation.table) return this.write(type, present(resource, object));
    const { resourceVersion } = object.metadata;
    this.write(type, presentTable(resource, [object], resourceVersion, representation, !this.#sentColumns));
    this.#sentColumns = true;
  }

  /** A client that does not read is let go: it can list again, our memory is finite. */
  write(type: EventType, object: object): void {
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
    if (this.#response.writableLength > UNREAD_BYTES) this.#response.destroy();
  }
}
