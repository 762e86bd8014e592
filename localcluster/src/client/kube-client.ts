import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';
import { ApiError, type Status } from '../api/api-error.ts';
import type { KubeObject } from '../types.ts';
import type { Access } from './kubeconfig.ts';

export interface WatchEvent<T> {
  type: 'ADDED' | 'BOOKMARK' | 'DELETED' | 'ERROR' | 'MODIFIED';
  object: T;
}

export interface List<T> {
  metadata: { resourceVersion: string };
  items: T[];
}

export const MERGE_PATCH = 'application/merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** The Kubernetes API over HTTPS, as little of it as the node agent and the Service proxy need. */
export class KubeClient {
  readonly #access: Access;
  readonly #agent: Agent;
  readonly #userAgent: string;

  constructor(access: Access, userAgent: string) {
    this.#access = access;
    this.#userAgent = userAgent;
    const { ca, cert, key } = access;
    this.#agent = new Agent({
      keepAlive: true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert, key }),
    });
  }

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path);
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.json<T>('POST', path, body);
  }

  /** A JSON merge patch. */
  patch<T>(path: string, body: object): Promise<T> {
    return this.json<T>('PATCH', path, body, MERGE_PATCH);
  }

  delete<T>(path: string, options: object = {}): Promise<T> {
    return this.json<T>('DELETE', path, options);
  }

  /** @throws ApiError with the server's Status when it answers with an error */
  async json<T>(method: string, path: string, body?: object, contentType = 'application/json'): Promise<T> {
    const response = await this.open(method, path, body, contentType);
    const text = await textOf(response);
    if ((response.statusCode ?? 500) >= 400) throw errorFrom(response.statusCode ?? 500, text);
    return JSON.parse(text) as T;
  }

  /** The response as it comes, for logs and watches. */
  open(
    method: string,
    path: string,
    body?: object,
    contentType = 'application/json',
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        accept: 'application/json',
        'user-agent': this.#userAgent,
        ...(this.#access.token === undefined ? {} : { authorization: `Bearer ${this.#access.token}` }),
        ...(text === undefined
          ? {}
          : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
      },
      ...(signal ? { signal } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = httpsRequest(new URL(path, this.#access.server), options, resolve);
      request.on('error', reject);
      request.end(text);
    });
  }

  /** Hands over events until the server ends the watch. @throws ApiError 410 when it has to start anew */
  async watch<T extends KubeObject>(
    path: string,
    signal: AbortSignal,
    seen: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const response = await this.open('GET', path, undefined, undefined, signal);
    if (response.statusCode !== 200) throw errorFrom(response.statusCode ?? 500, await textOf(response));
    for await (const line of createInterface({ input: response })) {
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === 'ERROR') {
        const { code = 500, reason, message = '' } = event.object as unknown as Status;
        throw new ApiError(code, reason, message);
      }
      seen(event);
    }
  }

  /** Closes the connections that are kept alive. */
  close(): void {
    this.#agent.destroy();
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function errorFrom(code: number, text: string): ApiError {
  try {
    const status = JSON.parse(text) as Status;
    return new ApiError(code, status.reason, status.message ?? text, status.details);
  } catch {
    return new ApiError(code, undefined, text || `the server answered ${code}`);
  }
}

/** The path of a namespaced object of the core group. */
export function corePath(plural: string, namespace: string | undefined, name?: string): string {
  const where = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `/api/v1${where}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
