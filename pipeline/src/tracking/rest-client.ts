import { type Dispatcher, EnvHttpProxyAgent, interceptors } from 'undici';
import { z } from 'zod';
import type { Connection } from './connection.ts';
import { adviceFor, describeFailure, MlflowError } from './mlflow-error.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Json = Record<string, unknown>;

/** Bytes of an answer that is no JSON, of which an error shows the beginning. */
const SHOWN = 200;
const API = '/api/2.0/mlflow';
/** An upload of a big model may take its time, a second for each of these. */
const SLOWEST_BYTES_PER_SECOND = 1_000_000;

const RETRIED = {
  minTimeout: 250,
  maxTimeout: 5000,
  timeoutFactor: 2,
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] satisfies Method[],
  statusCodes: [408, 429, 500, 502, 503, 504],
  // prettier-ignore
  errorCodes: [
    'ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETDOWN', 'ENETUNREACH', 'EHOSTDOWN', 'EHOSTUNREACH',
    'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT',
  ],
  // The last answer is handed on, so that what the server says is told.
  throwOnError: false,
};

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

/**
 * MLflow's REST API. Every request may be sent more than once: whoever makes something looks for what an earlier try
 * has made. A proxy is used as HTTPS_PROXY and NO_PROXY say.
 */
export class MlflowClient implements AsyncDisposable {
  readonly uri: string;
  readonly #connection: Connection;
  readonly #agent: EnvHttpProxyAgent;
  readonly #dispatcher: Dispatcher;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, signal?: AbortSignal) {
    const { ca, insecure, timeoutMs, retries } = connection;
    const tls = { ...(ca !== undefined && { ca }), ...(insecure && { rejectUnauthorized: false }) };
    this.uri = connection.uri;
    this.#connection = connection;
    this.#signal = signal;
    this.#agent = new EnvHttpProxyAgent({
      connect: { ...tls, timeout: timeoutMs },
      requestTls: tls,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connections: 8,
    });
    this.#dispatcher = this.#agent.compose(interceptors.retry({ ...RETRIED, maxRetries: retries }));
  }

  /**
   * A call of the tracking or registry API.
   * @param path below /api/2.0/mlflow
   * @param input the query of a GET, the JSON body of any other
   * @throws MlflowError with the server's own code
   */
  async call<T extends z.ZodType>(method: Method, path: string, input: Json, reply: T): Promise<z.infer<T>> {
    const where = `${method} ${API}/${path}`;
    const query = method === 'GET' ? `?${new URLSearchParams(input as Record<string, string>)}` : '';
    const answer = await this.#send(method, `${this.uri}${API}/${path}${query}`, {
      headers: { ...this.#credentials(), 'content-type': 'application/json' },
      body: method === 'GET' ? undefined : Buffer.from(JSON.stringify(input)),
    });
    const json = parseJson(answer);
    if (answer.status !== 200) throw this.#refused(where, answer, json);
    const parsed = reply.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new MlflowError(
      `${this.#at(where)} answered ${describeBody(answer)} in place of what MLflow answers: ${
        json === undefined ? NOT_MLFLOW : z.prettifyError(parsed.error)
      }`,
    );
  }

  /** The same, or undefined where there is no such thing. */
  async find<T extends z.ZodType>(path: string, input: Json, reply: T): Promise<z.infer<T> | undefined> {
    try {
      return await this.call('GET', path, input, reply);
    } catch (error) {
      if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
      throw error;
    }
  }

  /**
   * Bytes to or from the artifact store.
   * @param url absolute, or a path of the server (which gets its credentials; nobody else does)
   */
  async bytes(
    method: 'GET' | 'PUT',
    url: string,
    body?: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Buffer> {
    const isOurs = url.startsWith('/');
    const answer = await this.#send(method, isOurs ? this.uri + url : url, {
      headers: {
        ...(isOurs && this.#credentials()),
        ...(body && { 'content-type': 'application/octet-stream' }),
        ...headers,
      },
      body,
    });
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    // The query of a signed address is a password.
    throw this.#refused(`${method} ${isOurs ? url : url.replace(/\?.*/, '')}`, answer, parseJson(answer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  #credentials(): Record<string, string> {
    const { authorization } = this.#connection;
    return authorization === undefined ? {} : { authorization };
  }

  async #send(
    method: Method,
    url: string,
    { headers, body }: { headers: Record<string, string>; body: Uint8Array | undefined },
  ): Promise<Answer> {
    const { origin, pathname, search } = new URL(url);
    const { timeoutMs, retries } = this.#connection;
    const extra = ((body?.length ?? 0) / SLOWEST_BYTES_PER_SECOND) * 1000;
    try {
      const answer = await this.#dispatcher.request({
        origin,
        path: pathname + search,
        method,
        headers,
        body: body ?? null,
        headersTimeout: timeoutMs + extra,
        ...(this.#signal && { signal: this.#signal }),
      });
      const type = String(answer.headers['content-type'] ?? '');
      return { status: answer.statusCode, type, body: Buffer.from(await answer.body.arrayBuffer()) };
    } catch (cause) {
      this.#signal?.throwIfAborted();
      const tries = retries === 0 ? '' : `, tried ${retries + 1} times`;
      throw new MlflowError(
        `${this.#at(`${method} ${pathname}`)} got no answer${tries}: ${describeFailure(cause)}: check ` +
          'spec.tracking.mlflow.trackingUri, and that the server runs and may be reached from here',
        { cause },
      );
    }
  }

  #refused(where: string, answer: Answer, json: unknown): MlflowError {
    const said = errorSchema.safeParse(json);
    const { error_code: code, message } = said.success ? said.data : {};
    const words = said.success ? [code, message].filter(Boolean).join(': ') : describeBody(answer);
    const advice = adviceFor(answer.status, answer.body.toString('utf8', 0, 1000));
    return new MlflowError(`${this.#at(where)} answered ${answer.status} (${words}): ${advice}`, { code });
  }

  #at(where: string): string {
    return `MLflow at ${this.uri}: ${where}`;
  }
}

const errorSchema = z.object({ error_code: z.string().optional(), message: z.string() });
const NOT_MLFLOW =
  'a proxy or a login page stands before it, or this is another server: check spec.tracking.mlflow.trackingUri';

function parseJson({ body }: Answer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** `text/html "Sign in"`: the title of a page says the most. */
function describeBody({ type, body }: Answer): string {
  const text = body.toString('utf8');
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? text;
  const shown = title.replaceAll(/\s+/g, ' ').trim().slice(0, SHOWN);
  return [type.split(';')[0] || 'a body of no type', shown && `"${shown}"`].filter(Boolean).join(' ');
}
