import type { ApiKeys } from '../api-keys.ts';
import { tooMany, unavailable } from '../http/problem.ts';
import { type Asked, HTTP_PLACES, type Places, tokenRefused, unauthenticated } from './credentials.ts';
import { RateLimiter } from './rate-limiter.ts';
import { KeysUnknownError, TokenFaultError } from './token-errors.ts';
import type { TokenVerifier } from './token-verifier.ts';

const BEARER = /^Bearer +([^ ]+) *$/i;
/** For an issuer that cannot be reached: about as often as it is asked. */
const RETRY_SECONDS = 10;
/** Where nothing is asked for, all callers are one. */
const ANYBODY = 'anybody';

/** Who may have rows scored, and how often: the same by HTTP and gRPC. */
export class Gate {
  readonly asked: Asked;
  readonly limiter: RateLimiter | undefined;
  readonly #keys: ApiKeys;
  readonly #tokens: TokenVerifier | undefined;

  /** @param perMinute requests of each caller; undefined for no limit */
  constructor(keys: ApiKeys, tokens: TokenVerifier | undefined, perMinute: number | undefined) {
    this.#keys = keys;
    this.#tokens = tokens;
    this.limiter = perMinute === undefined ? undefined : new RateLimiter(perMinute);
    this.asked = { keys: keys.required, issuer: tokens?.issuer };
  }

  /** Whether anybody can be turned away. */
  get guards(): boolean {
    return this.#keys.required || this.#tokens !== undefined || this.limiter !== undefined;
  }

  /**
   * Lets a caller in. At once, but for a token that is seen for the first time.
   * @param key of X-API-Key
   * @param authorization the whole of that header
   * @throws {ProblemError} 401, 429 or 503; a promise rejects with the same
   */
  admit(key: unknown, authorization: unknown, places: Places = HTTP_PLACES): Promise<void> | undefined {
    if (!this.#keys.required && this.#tokens === undefined) return this.#count(ANYBODY);
    const ofKey = typeof key === 'string' && this.#keys.required ? this.#keys.find(key) : undefined;
    if (ofKey !== undefined) return this.#count(ofKey);
    const token = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
    if (token === undefined || this.#tokens === undefined) throw unauthenticated(this.asked, places);
    const known = this.#tokens.known(token);
    return known === undefined ? this.#verify(token, this.#tokens) : this.#count(known);
  }

  close(): void {
    this.#keys.close();
    this.#tokens?.close();
  }

  async #verify(token: string, tokens: TokenVerifier): Promise<void> {
    const caller = await tokens.verify(token).catch((error: unknown) => {
      if (error instanceof TokenFaultError) throw tokenRefused(this.asked, error.message);
      if (error instanceof KeysUnknownError) throw unavailable(error.message, RETRY_SECONDS);
      throw error;
    });
    this.#count(caller);
  }

  #count(caller: string): undefined {
    const wait = this.limiter?.take(caller) ?? 0;
    if (wait === 0) return undefined;
    const { perMinute } = this.limiter as RateLimiter;
    const words = `each caller has ${perMinute} requests a minute: send it again in ${wait} s`;
    throw tooMany(words, wait);
  }
}
