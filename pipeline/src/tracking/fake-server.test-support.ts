import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

type Answer = (asked: Asked, response: ServerResponse, count: number) => void;

/** A server whose every answer the test decides; what cannot be had of a real one: faults, and what others build. */
export class FakeServer implements AsyncDisposable {
  readonly uri: string;
  readonly asked: Asked[] = [];
  readonly #close: () => Promise<void>;

  private constructor(uri: string, close: () => Promise<void>) {
    this.uri = uri;
    this.#close = close;
  }

  static async start(answer: Answer): Promise<FakeServer> {
    const holder: { fake?: FakeServer } = {};
    const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', url = '', headers } = request;
      const asked = { method, path: url, headers, body: Buffer.concat(chunks) };
      holder.fake?.asked.push(asked);
      answer(asked, response, holder.fake?.asked.length ?? 0);
    };
    const handle = (request: IncomingMessage, response: ServerResponse): void =>
      void listener(request, response);
    const server = createServer(handle);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    holder.fake = new FakeServer(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return holder.fake;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

export function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
