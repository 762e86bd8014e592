import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { KEY, type ServedPredictor } from '../served-predictor.ts';
import type { FuzzRequest } from './fuzz-request.ts';
import type { GrpcRequest } from './grpc-requests.ts';
import type { HttpRequest } from './http-requests.ts';
import type { RawRequest } from './raw-requests.ts';

/** What became of a request. */
export type Outcome =
  | { kind: 'answered'; status: number; type: string; body: Buffer }
  /** All that came until the connection ended. */
  | { kind: 'received'; bytes: Buffer }
  | { kind: 'status'; code: number; details: string }
  /** Hung up on by us. */
  | { kind: 'abandoned' }
  /** Neither answered nor ended as it should be. */
  | { kind: 'lost'; why: string };

/** Longer than any limit of the predictor. */
const PATIENCE_MS = 90_000;

/** Sends each kind of request, on connections that are kept. */
export class Sender implements Disposable {
  readonly #served: ServedPredictor;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #grpc: Client;

  constructor(served: ServedPredictor) {
    this.#served = served;
    this.#grpc = new Client(served.grpcAddress, credentials.createInsecure());
  }

  /** Never rejects. */
  send(request: FuzzRequest): Promise<Outcome> {
    if (request.kind === 'grpc') return this.#call(request);
    return request.kind === 'raw' ? this.#write(request) : this.#ask(request);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
    this.#grpc.close();
  }

  #portOf(port: RawRequest['port']): number {
    const { url, adminUrl, grpcAddress } = this.#served;
    return Number(new URL({ public: url, admin: adminUrl, grpc: `http://${grpcAddress}` }[port]).port);
  }

  #ask(request: HttpRequest): Promise<Outcome> {
    const { port, method, path, headers, body, how } = request;
    return new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: this.#portOf(port), agent: this.#agent, method, path };
      // Said outright: of GET, Node would say neither.
      const length =
        how === 'chunked'
          ? { 'transfer-encoding': 'chunked' }
          : { 'content-length': body.length + (how === 'abandoned' ? 1 : 0) };
      const sent = httpRequest({ ...options, headers: { ...headers, ...length }, timeout: PATIENCE_MS });
      sent.on('response', (answer) => {
        const chunks: Buffer[] = [];
        const { statusCode: status = 0, headers: { 'content-type': type = '' } } = answer; // prettier-ignore
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ kind: 'answered', status, type, body: Buffer.concat(chunks) }));
        answer.on('error', ({ message }) =>
          resolve({ kind: 'lost', why: `broken off after ${status}: ${message}` }),
        );
      });
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', ({ message, code }: NodeJS.ErrnoException) => {
        if (how === 'abandoned') return resolve({ kind: 'abandoned' });
        // A kept connection may have been closed while this was on its way: clients send again.
        if (sent.reusedSocket && code === 'ECONNRESET') resolve(this.#ask(request));
        else resolve({ kind: 'lost', why: message });
      });
      if (how === 'abandoned') sent.write(body, () => sent.destroy());
      else sent.end(body);
    });
  }

  #write({ port, bytes }: RawRequest): Promise<Outcome> {
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      const socket = connect(this.#portOf(port), '127.0.0.1');
      socket.setTimeout(PATIENCE_MS, () => {
        resolve({ kind: 'lost', why: 'the connection neither answers nor ends' });
        socket.destroy();
      });
      socket.on('data', (chunk) => chunks.push(chunk));
      // A reset is an end.
      socket.on('error', () => {});
      socket.on('close', () => resolve({ kind: 'received', bytes: Buffer.concat(chunks) }));
      socket.end(bytes);
    });
  }

  #call({ path, message }: GrpcRequest): Promise<Outcome> {
    const metadata = new Metadata();
    metadata.set('x-api-key', KEY);
    const options = { deadline: Date.now() + PATIENCE_MS };
    return new Promise((resolve) =>
      this.#grpc.makeUnaryRequest(path, asItIs, asItIs, message, metadata, options, (error) =>
        resolve({ kind: 'status', code: error?.code ?? 0, details: error?.details ?? '' }),
      ),
    );
  }
}

function asItIs(bytes: Buffer): Buffer {
  return bytes;
}
