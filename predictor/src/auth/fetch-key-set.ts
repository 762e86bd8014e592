import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Many times what the keys of the large providers take. */
const MOST_BYTES = 256 * 1024;

const configurationSchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** The keys that an issuer signs with. */
export interface KeySet {
  find: JWTVerifyGetKey;
  /** Tells one set from another. */
  text: string;
}

/**
 * What an issuer publishes, by OpenID Connect Discovery 1.0: its configuration, and the keys that this names.
 * @throws {Error} whose message says what cannot be had, or is not as it must be
 */
export async function fetchKeySet(issuer: string, signal: AbortSignal): Promise<KeySet> {
  const place = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const parsed = configurationSchema.safeParse(parseJson(await fetchText(place, signal), place));
  if (!parsed.success) throw new Error(`${place} is no OpenID configuration`);
  // Otherwise anybody whose configuration is shown in this place could sign (Discovery 4.3).
  if (parsed.data.issuer !== issuer) {
    throw new Error(`${place} is of another issuer: spec it exactly as "issuer" stands there`);
  }
  const keysAt = new URL(parsed.data.jwks_uri);
  if (keysAt.protocol !== 'https:' && keysAt.protocol !== place.protocol) {
    throw new Error(`${place} names keys that do not come by https`);
  }
  const text = await fetchText(keysAt, signal);
  try {
    return { find: createLocalJWKSet(parseJson(text, keysAt) as JSONWebKeySet), text };
  } catch (error) {
    throw new Error(`${keysAt} is no set of keys`, { cause: error });
  }
}

async function fetchText(url: URL, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
    return await readBounded(response.body);
  } catch (error) {
    throw new Error(`${url} cannot be read: ${reasonOf(error as Error)}`, { cause: error });
  }
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** What fetch fails with says no more than that it failed; its cause does. */
function reasonOf({ message, cause, name }: Error): string {
  if (name === 'TimeoutError') return 'it does not answer in time';
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}

function parseJson(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${url} is not JSON`, { cause: error });
  }
}
