import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import type { KubeObject } from '../api/kubernetes.ts';
import { KubeClient } from '../kube/client.ts';
import { accessOf } from '../kube/access-from-kubeconfig.ts';
import { Connection } from '../kube/connection.ts';

interface Answer {
  code: number;
  body: unknown;
}

/** Of a list, what no page has had yet: as it was when the list began. */
interface Rest {
  resourceVersion: string;
  items: KubeObject[];
}

/**
 * The API's rules that the client stands on, over real HTTP: one revision counter, lists page by page and watch, conflicts
 * on an old resourceVersion, expired history. No validation, no defaults, no controllers.
 */
export class ApiServer {
  readonly #objects = new Map<string, KubeObject>();
  readonly #events: { revision: number; path: string; line: string }[] = [];
  readonly #watchers = new Set<{ path: string; response: ServerResponse }>();
  readonly #rests = new Map<string, Rest>();
  readonly #server: Server;
  /** Every request but GET, as `VERB path`. */
  readonly writes: string[] = [];
  /** Answers every request instead of the server while set. */
  failure: Answer | undefined;
  /** Answers what is to be made at such a path, while set. */
  refusal: { path: RegExp; answer: Answer } | undefined;
  /** Such requests (`VERB path`) are taken in and not answered, while set; or not before the promise resolves. */
  silence: { about: RegExp; until?: Promise<void> } | undefined;
  /** Requests that met the silence. */
  unanswered = 0;
  /** Done before each PATCH: what somebody else does at that moment. */
  beforeApply: (() => void) | undefined;
  /** Done before each page of a list but the first: what somebody else does at that moment. */
  betweenPages: (() => void) | undefined;
  /** Older history is gone. */
  oldest = 0;
  /** So many lists are told in the middle that theirs is gone. */
  expiringLists = 0;
  /** Whether a watch brings what is there first, where it is asked to. */
  knowsStreams = true;
  /** So many of these end before they have said that all is there. */
  breakingStreams = 0;
  /** Of both, that began. */
  lists = 0;
  streams = 0;
  #revision = 1;

  constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  async start(): Promise<KubeClient> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new KubeClient(new Connection(accessOf(this.kubeConfig())));
  }

  kubeConfig(): KubeConfig {
    const { port } = this.#server.address() as AddressInfo;
    const config = new KubeConfig();
    const cluster = { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true };
    config.loadFromClusterAndUser(cluster, { name: 'test', token: 'secret' });
    return config;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends every watch, as a server that restarts does. */
  breakWatches(): void {
    for (const { response } of this.#watchers) response.destroy();
    this.#watchers.clear();
  }

  get(path: string): KubeObject | undefined {
    return this.#objects.get(path);
  }

  /** @param path of a collection */
  list(path: string): KubeObject[] {
    return [...this.#objects].filter(([key]) => isIn(key, path)).map(([, object]) => object);
  }

  /** As another client would write it. @param path of the object */
  put(path: string, object: KubeObject): KubeObject {
    const revision = ++this.#revision;
    const existing = this.#objects.get(path);
    const uid = existing?.metadata.uid ?? object.metadata.uid ?? `uid-${revision}`;
    const stored = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(revision) } };
    this.#objects.set(path, stored);
    this.#emit(path, existing === undefined ? 'ADDED' : 'MODIFIED', stored);
    return stored;
  }

  remove(path: string): void {
    const existing = this.#objects.get(path);
    if (existing === undefined) return;
    this.#objects.delete(path);
    const resourceVersion = String(++this.#revision);
    this.#emit(path, 'DELETED', { ...existing, metadata: { ...existing.metadata, resourceVersion } });
  }

  #emit(path: string, type: string, object: KubeObject): void {
    const line = `${JSON.stringify({ type, object })}\n`;
    this.#events.push({ revision: Number(object.metadata.resourceVersion), path, line });
    for (const watcher of this.#watchers) if (isIn(path, watcher.path)) watcher.response.write(line);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://server');
    const method = request.method ?? 'GET';
    if (method !== 'GET') this.writes.push(`${method} ${url.pathname}`);
    const body = await readJson(request);
    if (this.silence?.about.test(`${method} ${url.pathname}`)) {
      this.unanswered++;
      await (this.silence.until ?? new Promise(() => {}));
    }
    if (method === 'PATCH') this.beforeApply?.();
    const isWatch = url.searchParams.get('watch') === 'true' && this.failure === undefined;
    if (isWatch) return this.#watch(url, response);
    const { failure, refusal } = this;
    const refused = method === 'POST' && refusal?.path.test(url.pathname) ? refusal.answer : undefined;
    const isApply = request.headers['content-type'] === 'application/apply-patch+yaml';
    const answer = failure ?? refused ?? this.#answer(isApply ? 'APPLY' : method, url, body);
    send(response, answer);
  }

  #watch(url: URL, response: ServerResponse): void {
    const isStateFirst = url.searchParams.get('sendInitialEvents') === 'true';
    if (isStateFirst && !this.knowsStreams) return send(response, NO_STREAMS);
    const since = isStateFirst ? this.#revision : Number(url.searchParams.get('resourceVersion'));
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    if (isStateFirst && !this.#sendState(url.pathname, response)) return;
    if (since < this.oldest) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      return;
    }
    const missed = this.#events.filter(({ revision, path }) => revision > since && isIn(path, url.pathname));
    for (const { line } of missed) response.write(line);
    this.#watchers.add({ path: url.pathname, response });
  }

  /** @returns false when it broke off */
  #sendState(path: string, response: ServerResponse): boolean {
    this.streams++;
    for (const object of this.list(path)) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    if (this.breakingStreams > 0) {
      this.breakingStreams--;
      response.end();
      return false;
    }
    const metadata = {
      resourceVersion: String(this.#revision),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
    return true;
  }

  #answer(method: string, url: URL, body: KubeObject | undefined): Answer {
    const path = url.pathname.replace(/\/status$/, '');
    const existing = this.#objects.get(path);
    if (method === 'POST') return this.#create(`${path}/${body?.metadata.name}`, body);
    if (method === 'GET' && existing === undefined && isCollection(path)) return this.#list(path, url);
    if (method === 'APPLY') return this.#write(path, merged(existing, body), existing);
    if (existing === undefined) return status(404, 'NotFound', `${path} not found`);
    if (method === 'GET') return { code: 200, body: existing };
    if (method === 'DELETE') return this.#delete(path, existing, body);
    if (method === 'PATCH') return this.#write(path, merged(existing, body), existing);
    return this.#write(path, body as KubeObject, existing);
  }

  #list(path: string, { searchParams }: URL): Answer {
    const token = searchParams.get('continue');
    if (token === null) this.lists++;
    else this.betweenPages?.();
    const rest = this.#restOf(path, token);
    if (rest === undefined) return status(410, 'Expired', 'the provided continue parameter is too old');
    const { resourceVersion } = rest;
    const limit = Number(searchParams.get('limit') ?? rest.items.length);
    const [items, left] = [rest.items.slice(0, limit), rest.items.slice(limit)];
    const next = left.length === 0 ? undefined : `${path}?${resourceVersion}-${left.length}`;
    if (next !== undefined) this.#rests.set(next, { resourceVersion, items: left });
    return { code: 200, body: { metadata: { resourceVersion, continue: next }, items } };
  }

  /** All of it without a token; undefined when it is gone. */
  #restOf(path: string, token: string | null): Rest | undefined {
    if (token === null) return { resourceVersion: String(this.#revision), items: this.list(path) };
    if (this.expiringLists === 0) return this.#rests.get(token);
    this.expiringLists--;
    return undefined;
  }

  #create(path: string, body: KubeObject | undefined): Answer {
    if (this.#objects.has(path)) return status(409, 'AlreadyExists', `${path} already exists`);
    return { code: 201, body: this.put(path, body as KubeObject) };
  }

  #write(path: string, object: KubeObject, existing: KubeObject | undefined): Answer {
    const { resourceVersion, uid } = object.metadata;
    if (uid !== undefined && uid !== existing?.metadata.uid) {
      return status(409, 'Conflict', `uid mismatch: the provided object specified uid ${uid}`);
    }
    // An apply on top of any revision makes what is not there.
    const current = existing?.metadata.resourceVersion ?? resourceVersion;
    if (resourceVersion !== undefined && resourceVersion !== current) {
      return status(409, 'Conflict', 'the object has been modified');
    }
    return { code: 200, body: this.put(path, object) };
  }

  #delete(path: string, existing: KubeObject, body: unknown): Answer {
    const { preconditions } = (body ?? {}) as { preconditions?: { uid?: string } };
    if (preconditions?.uid !== undefined && preconditions.uid !== existing.metadata.uid) {
      return status(409, 'Conflict', 'the uid is another');
    }
    this.remove(path);
    return { code: 200, body: {} };
  }
}

/** Field by field of the first level, and of the metadata. */
function merged(existing: KubeObject | undefined, body: KubeObject | undefined): KubeObject {
  const metadata = { ...existing?.metadata, ...body?.metadata };
  return { ...existing, ...body, metadata } as KubeObject;
}

function status(code: number, reason: string, message: string): Answer {
  return { code, body: { kind: 'Status', code, reason, message } };
}

const NO_STREAMS = status(
  422,
  'Invalid',
  'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch',
);

function send(response: ServerResponse, { code, body }: Answer): void {
  response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

/** A collection's path ends with its plural, with or without a namespace before it. */
function isCollection(path: string): boolean {
  const [, , ...rest] = path
    .replace('/apis/', '/api/')
    .split('/')
    .filter((part) => part !== '');
  const parts = path.startsWith('/apis/') ? rest.slice(1) : rest;
  return parts.length === 1 || (parts.length === 3 && parts[0] === 'namespaces');
}

/** Whether an object lies in a collection, of its namespace or of all. */
function isIn(objectPath: string, collection: string): boolean {
  const parent = objectPath.slice(0, objectPath.lastIndexOf('/'));
  return parent === collection || parent.replace(/\/namespaces\/[^/]+/, '') === collection;
}

async function readJson(request: IncomingMessage): Promise<KubeObject | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? undefined : (JSON.parse(text) as KubeObject);
}
