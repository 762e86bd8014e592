import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export const AUDIENCE = 'stockout';

/** An issuer of tokens as OpenID Connect has it: a configuration, keys, and tokens signed with them. */
export class Issuer implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Map<string, KeyPair>();
  #published: JWK[] = [];
  /** How often its keys were asked for. */
  asked = 0;
  /** Answers in its place, while set. */
  instead: ((req: IncomingMessage, res: ServerResponse) => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (req, res) => (this.instead ?? this.#answer.bind(this))(req, res));
  }

  /** With one key, `first`. */
  static async start(port = 0, host = '127.0.0.1'): Promise<Issuer> {
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    const issuer = new Issuer(server);
    await issuer.publish('first');
    return issuer;
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `http://${address}:${port}`;
  }

  /** What a predictor is told to take its tokens. */
  get jwt(): { issuer: string; audience: string } {
    return { issuer: this.url, audience: AUDIENCE };
  }

  /** As it was at first, with the same first key. */
  async reset(): Promise<void> {
    this.asked = 0;
    this.instead = undefined;
    await this.publish('first');
  }

  /** Publishes these keys and no others; makes those that are new. */
  async publish(...kids: string[]): Promise<void> {
    this.#published = await Promise.all(
      kids.map(async (kid) => ({ ...(await exportJWK((await this.#pair(kid)).publicKey)), kid, use: 'sig' })),
    );
  }

  /** Publishes a key that it did not make, beside the others. */
  publishForeign(key: JWK): void {
    this.#published.push(key);
  }

  /** A token that is valid, but for what is given. */
  async token(claims: JWTPayload = {}, kid = 'first'): Promise<string> {
    const { privateKey } = await this.#pair(kid);
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: AUDIENCE, sub: 'caller', iat: now, exp: now + 600, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey);
  }

  async #pair(kid: string): Promise<KeyPair> {
    const pair = this.#pairs.get(kid) ?? (await generateKeyPair('ES256', { extractable: true }));
    this.#pairs.set(kid, pair);
    return pair;
  }

  #answer(req: IncomingMessage, res: ServerResponse): void {
    res.setHeader('content-type', 'application/json');
    if (req.url === '/.well-known/openid-configuration') {
      res.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
    } else {
      this.asked += 1;
      res.end(JSON.stringify({ keys: this.#published }));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
