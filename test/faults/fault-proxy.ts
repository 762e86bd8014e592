import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type Asked, type Fault, isList, isStream, isWatch, type Treatment } from './fault.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { passWatch } from './watch-stream.ts';

/** Where the real server is, and how the operator is let in. */
export interface Upstream {
  server: string;
  ca?: string;
  cert?: string;
  key?: string;
  token?: string;
}

interface Answer {
  code: number;
  headers: OutgoingHttpHeaders;
  body: Buffer;
}

/** Answers of the past, by path and query: shared by the proxies of one story, so that a new operator reads of old. */
export type Past = Map<string, Answer>;

const NO_STREAMS = { do: 'answer' as const, code: 422, reason: 'Invalid' };

/** Stands between an operator and its API server, and lets a fault happen to what passes. */
export class FaultProxy {
  readonly #upstream: Upstream;
  readonly #fault: Fault;
  readonly #past: Past;
  readonly #agent: Agent;
  readonly #server: Server;

  constructor(upstream: Upstream, fault: Fault, past: Past = new Map()) {
    this.#upstream = upstream;
    this.#fault = fault;
    this.#past = past;
    const { ca, cert, key } = upstream;
    this.#agent = new Agent({
      keepAlive: true,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert, key }),
    });
    this.#server = createServer((request, response) => {
      // What goes wrong upstream goes wrong for the operator: it sees a connection that is cut.
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /**
   * @param kubeconfigPath the file to write, which leads here
   * @param namespace of its context: where the operator keeps its Lease
   */
  async start(kubeconfigPath: string, namespace: string): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    await writeFile(kubeconfigPath, kubeconfigOf(server, namespace));
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://operator');
    const asked = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams };
    const body = await bytesOf(request);
    const treatment = isWatch(asked) ? undefined : this.#fault.treat?.(asked);
    if (this.#fault.refusesStreams && isStream(asked)) return refuse(response, NO_STREAMS);
    if (treatment?.do === 'lose-request') return void response.destroy();
    if (treatment?.do === 'answer') return refuse(response, treatment);
    const answer = await this.#forward(request, body, response);
    if (isWatch(asked) && answer.statusCode === 200) return passWatch(answer, response, this.#fault);
    const { statusCode: code = 500, headers } = answer;
    const whole = { code, headers: { 'content-type': headers['content-type'] }, body: await bytesOf(answer) };
    this.#fault.answered?.(asked, code, whole.body);
    this.#answer(asked, treatment, response, whole);
  }

  #answer(asked: Asked, treatment: Treatment | undefined, response: ServerResponse, answer: Answer): void {
    if (treatment?.do === 'lose-answer') return void response.destroy();
    const key = `${asked.path}?${asked.query}`;
    const old = this.#past.get(key);
    if (old === undefined && answer.code === 200 && isList(asked)) this.#past.set(key, answer);
    const { code, headers, body } = treatment?.do === 'answer-of-old' ? (old ?? answer) : answer;
    response.writeHead(code, { ...headers, 'content-length': body.length });
    if (treatment?.do !== 'cut-answer') return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  }

  async #forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<IncomingMessage> {
    const {
      host: _host,
      connection: _connection,
      'transfer-encoding': _encoding,
      ...headers
    } = request.headers;
    const { token, server } = this.#upstream;
    const upstream = httpsRequest(new URL(request.url ?? '/', server), {
      method: request.method,
      agent: this.#agent,
      headers: {
        ...headers,
        'content-length': body.length,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    // A watch that its reader leaves is left upstream too.
    response.on('close', () => upstream.destroy());
    upstream.end(body);
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage];
    return answer;
  }
}

function refuse(
  response: ServerResponse,
  { code, reason, retryAfterSeconds }: Extract<Treatment, { do: 'answer' }>,
): void {
  const status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'a fault',
    reason,
    code,
  };
  const wait = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(code, { 'content-type': 'application/json', ...wait }).end(JSON.stringify(status));
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
