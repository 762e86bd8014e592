import type { ApiKeys } from '../api-keys.ts';
import type { Settings } from '../options.ts';
import { Gate } from './gate.ts';

/** What checks tokens (some 100 kB of code) is loaded where tokens are taken. */
export async function openGate(
  keys: ApiKeys,
  { jwt, rateLimitPerMinute, limits, log }: Settings,
): Promise<Gate> {
  if (jwt === undefined) return new Gate(keys, undefined, rateLimitPerMinute);
  const { TokenVerifier } = await import('./token-verifier.ts');
  return new Gate(keys, new TokenVerifier(jwt, limits, log), rateLimitPerMinute);
}
