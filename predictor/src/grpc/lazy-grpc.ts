import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { limitConnections } from '../http/limit-connections.ts';
import { listen } from '../http/listen.ts';
import type { Runtime } from '../runtime.ts';
import { followCertificate, tlsOptions } from '../tls/follow-certificate.ts';
import { OpenSockets } from '../tls/open-sockets.ts';
import type { GrpcServer } from './grpc-server.ts';

/**
 * The gRPC port. It listens from the start, and the code behind it (some 15 MB) is loaded with the first connection:
 * who speaks HTTP only pays nothing for it.
 */
export class LazyGrpc {
  readonly #runtime: Runtime;
  readonly #listener: Server;
  readonly #open: OpenSockets;
  #loading: Promise<GrpcServer> | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
    this.#listener = createListener(runtime, (socket) => void this.#serve(socket));
    this.#open = new OpenSockets(this.#listener);
    limitConnections(this.#listener, runtime.limits.grpcConnections, () =>
      runtime.metrics.trouble.connectionRefused('grpc'),
    );
  }

  /**
   * @returns host and port
   * @throws {StockoutError} when the port cannot be had
   */
  async listen(port: number, host: string): Promise<string> {
    return new URL(await listen(this.#listener, port, host, '--grpc-port')).host;
  }

  /** Stops accepting, lets calls under way end, and breaks off what is left after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (!this.#listener.listening) return;
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    const server = await this.#loading?.catch(() => undefined);
    server?.drain(graceMs);
    // Who neither reads nor hangs up would keep the connection for ever.
    const timer = setTimeout(() => this.#open.destroy(), graceMs);
    await closed;
    clearTimeout(timer);
    server?.close();
  }

  async #serve(socket: Socket): Promise<void> {
    // A caller that hangs up while it is waited for is nobody's error.
    socket.on('error', () => {});
    try {
      const server = await this.#server();
      if (!this.#listener.listening || socket.destroyed) return void socket.destroy();
      server.inject(socket);
      // HTTP/2 takes the connection as it finds it: paused, it would stay so.
      socket.resume();
    } catch (error) {
      this.#runtime.log('error', `gRPC does not start: ${(error as Error).message}`);
      socket.destroy();
    }
  }

  #server(): Promise<GrpcServer> {
    this.#loading ??= import('./grpc-server.ts').then(
      ({ GrpcServer }) => new GrpcServer(this.#runtime),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }
}

/** Of HTTP/2, within TLS where there is a certificate. */
function createListener({ certificate, limits }: Runtime, accept: (socket: Socket) => void): Server {
  // What arrives meanwhile waits in the kernel.
  const options = { pauseOnConnect: true, noDelay: true };
  if (certificate === undefined) return createServer(options, accept);
  const secure = tlsOptions(certificate, limits.headersTimeoutMs);
  const listener = createTlsServer({ ...options, ...secure, ALPNProtocols: ['h2'] }, accept);
  // Who cannot agree on TLS with us is nobody's error.
  listener.on('tlsClientError', (_, socket) => socket.destroy());
  followCertificate(listener, certificate);
  return listener;
}
