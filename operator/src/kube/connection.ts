import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubeConfig,
  RequestContext,
  type ResponseContext,
} from '@kubernetes/client-node';
import { KubeError } from './kube-error.ts';

export interface Request {
  method: keyof typeof HttpMethod;
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  contentType?: string;
  signal: AbortSignal;
}

/** Told of every request: the code of its answer, `<error>` when there was none. */
export type Answered = (method: string, code: string) => void;

type Dispatcher = ReturnType<RequestContext['getDispatcher']>;

/** HTTP to the API server with the kubeconfig's or the pod's credentials. */
export class Connection {
  readonly #config: KubeConfig;
  readonly #http = new IsomorphicFetchHttpLibrary();
  readonly #server: string;
  readonly #answered: Answered;
  #dispatcher: Dispatcher;

  constructor(config: KubeConfig, answered: Answered = () => {}) {
    const cluster = config.getCurrentCluster();
    if (!cluster)
      throw new KubeError(0, 'NoCluster', 'the kubeconfig names no current context with a cluster');
    this.#config = config;
    this.#answered = answered;
    this.#server = cluster.server.replace(/\/$/, '');
  }

  /** @throws KubeError for every answer but 2xx, and with code 0 when there is none */
  async send(request: Request): Promise<ResponseContext> {
    const context = await this.#prepare(request);
    const response = await this.#http
      .send(context)
      .toPromise()
      .catch((error: unknown) => {
        this.#answered(request.method, '<error>');
        throw unreachable(this.#server, error);
      });
    this.#answered(request.method, String(response.httpStatusCode));
    if (response.httpStatusCode >= 200 && response.httpStatusCode < 300) return response;
    // A client certificate may have been renewed: take it up with the next request.
    if (response.httpStatusCode === 401) this.#dispatcher = undefined;
    throw await refusal(response, request);
  }

  async #prepare(request: Request): Promise<RequestContext> {
    const context = new RequestContext(`${this.#server}${request.path}`, HttpMethod[request.method]);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) context.setQueryParam(name, value);
    }
    await this.#config.applySecurityAuthentication(context);
    // The library makes a new dispatcher, and so a new TLS connection, for each request: keep the first.
    this.#dispatcher ??= context.getDispatcher();
    if (this.#dispatcher !== undefined) context.setDispatcher(this.#dispatcher);
    context.setHeaderParam('Accept', 'application/json');
    if (request.body !== undefined) {
      context.setHeaderParam('Content-Type', request.contentType ?? 'application/json');
      context.setBody(JSON.stringify(request.body));
    }
    context.setSignal(request.signal);
    return context;
  }
}

/** @param kubeconfigPath default: $KUBECONFIG, ~/.kube/config, or the service account of the pod */
export function connect(
  kubeconfigPath?: string,
  answered?: Answered,
): { connection: Connection; namespace: string } {
  const config = new KubeConfig();
  if (kubeconfigPath === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfigPath);
  const context = config.getContextObject(config.getCurrentContext());
  return { connection: new Connection(config, answered), namespace: context?.namespace ?? 'default' };
}

async function refusal(response: ResponseContext, request: Request): Promise<KubeError> {
  const text = await response.body.text().catch(() => '');
  const status = parseStatus(text);
  const message =
    status.message ?? `${request.method} ${request.path}: ${text.slice(0, 200) || 'no message'}`;
  return new KubeError(response.httpStatusCode, status.reason ?? 'Unknown', message);
}

function parseStatus(text: string): { reason?: string; message?: string } {
  try {
    return JSON.parse(text) as { reason?: string; message?: string };
  } catch {
    return {};
  }
}

function unreachable(server: string, error: unknown): KubeError {
  const { cause } = error as { cause?: { message?: string } };
  const why = cause?.message || (error instanceof Error ? error.message : String(error));
  return new KubeError(0, 'Unreachable', `the API server at ${server} does not answer: ${why}`, {
    cause: error,
  });
}
