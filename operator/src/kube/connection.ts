import { type Dispatcher, request as ask } from 'undici';
import { type Access, type Admission, findAccess } from './access.ts';
import { orAborted } from './deadline.ts';
import { KubeError, NOT_LOGGED_IN } from './kube-error.ts';

export interface Request {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  signal: AbortSignal;
}

/** Told of every request: the code of its answer, `<error>` when there was none. */
export type Answered = (method: string, code: string) => void;

/** Its body has to be read to its end, or destroyed. */
export type Response = Dispatcher.ResponseData;

/** HTTP to the API server. By undici's request and not by fetch, which takes twice the CPU. */
export class Connection {
  readonly #access: Access;
  readonly #answered: Answered;

  constructor(access: Access, answered: Answered = () => {}) {
    this.#access = access;
    this.#answered = answered;
  }

  /** @throws KubeError for every answer but 2xx, and with code 0 when there is none, or nothing to be let in with */
  async send(request: Request): Promise<Response> {
    // Neither a program to log in heeds the signal, nor undici while a request waits for a connection to be made.
    const response = await orAborted(request.signal, this.#ask(request)).catch((error: unknown) => {
      this.#answered(request.method, '<error>');
      throw error instanceof KubeError ? error : unreachable(this.#access.server, error);
    });
    const { statusCode } = response;
    this.#answered(request.method, String(statusCode));
    if (statusCode >= 200 && statusCode < 300) return response;
    if (statusCode === 401) this.#access.forget();
    throw await refusal(response, request);
  }

  async #ask({ method, path, query = {}, body, contentType, signal }: Request): Promise<Response> {
    const url = new URL(`${this.#access.server}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const { headers, dispatcher } = await this.#admit();
    return ask(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(dispatcher === undefined ? {} : { dispatcher }),
      signal,
    });
  }

  /** The program that a kubeconfig names to log in may fail, and the server be well. */
  async #admit(): Promise<Admission> {
    try {
      return await this.#access.admit();
    } catch (error) {
      const message = `no credentials for the API server at ${this.#access.server}: ${reasonOf(error)}`;
      throw new KubeError(0, NOT_LOGGED_IN, message, { cause: error });
    }
  }
}

/** @param kubeconfigPath default: $KUBECONFIG, ~/.kube/config, or the service account of the pod */
export async function connect(
  kubeconfigPath?: string,
  answered?: Answered,
): Promise<{ connection: Connection; namespace: string }> {
  const access = await findAccess(kubeconfigPath);
  return { connection: new Connection(access, answered), namespace: access.namespace };
}

async function refusal(response: Response, request: Request): Promise<KubeError> {
  const text = await response.body.text().catch(() => '');
  const status = parseStatus(text);
  const message =
    status.message ?? `${request.method} ${request.path}: ${text.slice(0, 200) || 'no message'}`;
  return new KubeError(response.statusCode, status.reason ?? 'Unknown', message);
}

function parseStatus(text: string): { reason?: string; message?: string } {
  try {
    return JSON.parse(text) as { reason?: string; message?: string };
  } catch {
    return {};
  }
}

function unreachable(server: string, error: unknown): KubeError {
  return new KubeError(0, 'Unreachable', `the API server at ${server} does not answer: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** In one line. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: { message?: string } };
  const why = cause?.message || (error instanceof Error ? error.message : String(error));
  return why.trim().replaceAll(/\s*\n\s*/g, '; ');
}
