import type { RequestListener, ServerOptions } from 'node:http';
import { Server } from 'node:https';
import { followCertificate, tlsOptions } from './follow-certificate.ts';
import { OpenSockets } from './open-sockets.ts';
import { keepCarriers } from './reset.ts';
import type { ServerCertificate } from './server-certificate.ts';

/** HTTP within TLS. For who handles requests it is as any HTTP server. */
export class SecureHttpServer extends Server {
  readonly #open = new OpenSockets(this);

  constructor(
    { headersTimeout, ...options }: ServerOptions & { headersTimeout: number },
    certificate: ServerCertificate,
    handle: RequestListener,
  ) {
    const tls = tlsOptions(certificate, headersTimeout);
    super({ ...options, headersTimeout, ...tls, ALPNProtocols: ['http/1.1', 'http/1.0'] }, handle);
    followCertificate(this, certificate);
    keepCarriers(this);
  }

  /** Those too whose handshake has not ended. */
  override closeAllConnections(): void {
    super.closeAllConnections();
    this.#open.destroy();
  }
}
