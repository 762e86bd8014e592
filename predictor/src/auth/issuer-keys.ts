import { errors, type JWTVerifyGetKey } from 'jose';
import type { Log } from '../log.ts';
import type { Limits } from '../options.ts';
import { fetchKeySet, type KeySet } from './fetch-key-set.ts';
import { isTakenOnTrust } from './plain-issuer.ts';
import { KeysUnknownError } from './token-errors.ts';

type IssuerLimits = Pick<
  Limits,
  'issuerTimeoutMs' | 'issuerRefreshMs' | 'issuerCooldownMs' | 'issuerStaleMs'
>;

/**
 * The keys of one issuer, fetched again every few minutes, so that a key which it withdraws is not taken for long. A
 * token of a key that is not known has them fetched at once, for issuers sign with new keys before we know; but never
 * more often than the cool-down allows, whatever callers send. While the issuer cannot be reached, keys that are not
 * too old are still good.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #limits: IssuerLimits;
  readonly #log: Log;
  readonly #closed = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #set: KeySet | undefined;
  /** Of the last success and of the last attempt. */
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #pending: Promise<void> | undefined;
  #complaint: string | undefined;

  constructor(issuer: string, limits: IssuerLimits, log: Log) {
    this.#issuer = issuer;
    this.#limits = limits;
    this.#log = log;
    if (isTakenOnTrust(issuer)) {
      log('warn', `the tokens' issuer ${issuer} is not https: whoever is on the way to it can sign tokens`);
    }
    this.#timer = setInterval(() => void this.#fetch(), limits.issuerRefreshMs).unref();
    void this.#fetch();
  }

  /** The set that tokens are checked against now; undefined while there is none that is not too old. */
  get current(): KeySet | undefined {
    return performance.now() - this.#fetchedAt < this.#limits.issuerStaleMs ? this.#set : undefined;
  }

  /**
   * The key of a token.
   * @throws {KeysUnknownError} when the issuer would have to be asked and cannot be
   * @throws {errors.JOSEError} when it has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    const set = this.current ?? (await this.#asked());
    try {
      return await set.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const newer = await this.#asked();
      return newer.find(header, token);
    }
  };

  close(): void {
    clearInterval(this.#timer);
    this.#closed.abort();
  }

  /** As the issuer has it now, or had it a moment ago. */
  async #asked(): Promise<KeySet> {
    const cool = performance.now() - this.#triedAt >= this.#limits.issuerCooldownMs;
    if (this.#pending !== undefined || cool) await this.#fetch();
    const { current } = this;
    if (current === undefined || this.#complaint !== undefined) {
      throw new KeysUnknownError("the keys of the tokens' issuer cannot be had: its log says why");
    }
    return current;
  }

  /** Never rejects. */
  #fetch(): Promise<void> {
    this.#pending ??= this.#fetchOnce().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #fetchOnce(): Promise<void> {
    this.#triedAt = performance.now();
    const late = AbortSignal.timeout(this.#limits.issuerTimeoutMs);
    try {
      this.#set = await fetchKeySet(this.#issuer, AbortSignal.any([late, this.#closed.signal]));
      this.#fetchedAt = performance.now();
      if (this.#complaint !== undefined) this.#log('info', "the keys of the tokens' issuer are known again");
      this.#complaint = undefined;
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  /** Says each new trouble once. */
  #complain(why: string): void {
    if (this.#closed.signal.aborted) return;
    if (why !== this.#complaint) this.#log('error', `the keys of the tokens' issuer cannot be had: ${why}`);
    this.#complaint = why;
  }
}
