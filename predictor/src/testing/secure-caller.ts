import { Agent, request } from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface SecureAnswer {
  status: number;
  body: string;
  headers: NodeJS.Dict<string | string[]>;
  /** SHA-256 of the certificate that was shown. */
  fingerprint: string;
}

/** A caller who trusts these certificates and no others, and keeps his connection. */
export class SecureCaller implements Disposable {
  readonly #url: string;
  readonly #agent: Agent;

  /** @param ca PEM, of certificates for localhost, at whatever address */
  constructor(url: string, ca: string[]) {
    this.#url = url;
    this.#agent = new Agent({ ca, servername: 'localhost', keepAlive: true, maxSockets: 1 });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<SecureAnswer> {
    return this.#ask('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  get(path: string): Promise<SecureAnswer> {
    return this.#ask('GET', path, '', {});
  }

  #ask(method: string, path: string, body: string, headers: Record<string, string>): Promise<SecureAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#url}${path}`, { method, agent: this.#agent, headers });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
        const chunks: Buffer[] = [];
        response.on('error', reject).on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks).toString(),
            headers: response.headers,
            fingerprint: fingerprint256,
          }),
        );
      });
      sent.end(body);
    });
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
