import { hash } from 'node:crypto';
import type { KeySet } from './fetch-key-set.ts';

const MOST_TOKENS = 10_000;

interface Verified {
  caller: string;
  /** Milliseconds since 1970. */
  until: number;
}

/**
 * Tokens that were found valid, so that a caller's next request with the same one costs a hash and no signature. By
 * digest: the tokens themselves are not kept. They are forgotten when the issuer has other keys: the one that signed
 * them may be withdrawn.
 */
export class VerifiedTokens {
  readonly #found = new Map<string, Verified>();
  #signedBy: string | undefined;

  /** @returns whose token it is; undefined when that has to be found out */
  callerOf(token: string, keys: KeySet): string | undefined {
    this.#only(keys);
    const known = this.#found.get(digestOf(token));
    return known !== undefined && known.until > Date.now() ? known.caller : undefined;
  }

  add(token: string, keys: KeySet, verified: Verified): void {
    this.#only(keys);
    for (const oldest of this.#found.keys()) {
      if (this.#found.size < MOST_TOKENS) break;
      this.#found.delete(oldest);
    }
    this.#found.set(digestOf(token), verified);
  }

  #only({ text }: KeySet): void {
    if (text === this.#signedBy) return;
    this.#found.clear();
    this.#signedBy = text;
  }
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}
