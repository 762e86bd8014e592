import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import type { Manifest } from '@stockout/contracts';

/** Where it is shown. */
export const GOLDEN_KEY_HEADER = 'x-golden-key';

type Known = Pick<Manifest, 'namespace' | 'model' | 'version' | 'golden'>;

/**
 * A key that whoever has read the version's golden predictions can make, and nobody else: these are in its manifest
 * alone, which lies beside the model, so that letting him ask for a score gives nothing away. It is made of parts of the
 * manifest that every release reads alike, for two releases have to come to the same.
 * @returns 43 characters of base64url
 */
export function goldenKeyOf({ namespace, model, version, golden }: Known): string {
  const known = JSON.stringify(golden.map(({ features, margin, score }) => [features, margin, score]));
  return createHmac('sha256', known)
    .update(JSON.stringify(['golden key', namespace, model, version]))
    .digest('base64url');
}

/** The golden key of the version that is served, to hold against what a caller shows. */
export class GoldenKey {
  readonly #digest: Buffer;

  constructor(manifest: Known) {
    this.#digest = digestOf(goldenKeyOf(manifest));
  }

  /** In a time that does not depend on how much of it is right. @param shown the header, whatever it is */
  opens(shown: unknown): boolean {
    return typeof shown === 'string' && timingSafeEqual(digestOf(shown), this.#digest);
  }
}

/** Of equal lengths, as comparing asks for. */
function digestOf(key: string): Buffer {
  return hash('sha256', key, 'buffer');
}
