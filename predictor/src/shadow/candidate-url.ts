import { isIPv6 } from 'node:net';
import type { Manifest } from '@stockout/contracts';

/** Whether an address, or a host of a URL, is this machine's own and nobody else's. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || (isIPv6(bare) ? bare === '::1' : /^127(\.\d{1,3}){3}$/.test(bare));
}

/**
 * Where a predictor may send its rows and an API key: to the Service of its own model's candidate. The port that is
 * told so has no key, so that whoever reaches it must not be able to choose. A predictor that listens on a loopback
 * address (a developer's machine, a local cluster without DNS) also takes another of those.
 * @param host that the predictor listens on
 * @returns the URL of the candidate's /predict, or what is wrong with the one given
 */
export function candidateUrl(
  given: string,
  { namespace, model }: Pick<Manifest, 'namespace' | 'model'>,
  host: string,
): URL | string {
  const service = `${model}-candidate.${namespace}.svc`;
  const expected = `must be http://${service} with a port if need be`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== 'http:') return expected;
  const plain = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (!plain) return `${expected}, and nothing else`;
  const names = [service, `${service}.cluster.local`];
  const ours = names.includes(url.hostname) || (isLoopback(host) && isLoopback(url.hostname));
  return ours ? new URL('/predict', url) : `${expected}: rows are sent to no other host`;
}
