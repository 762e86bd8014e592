import { isInNetwork, LOOPBACK_NETWORK, type Manifest } from '@stockout/contracts';

/**
 * Where a predictor may send its rows and an API key: to the Service of its own model's candidate. The port that is
 * told so has no key, so that whoever reaches it must not be able to choose. A predictor that listens on an address of
 * the network of pods that are processes (a developer's machine, a local cluster without DNS) also takes another of those.
 * @param host that the predictor listens on
 * @param network of pods that are processes of this machine
 * @param tls whether this predictor has a certificate: the candidate has the same, and is asked within TLS then
 * @returns the URL of the candidate's /predict, or what is wrong with the one given
 */
export function candidateUrl(
  given: string,
  { namespace, model }: Pick<Manifest, 'namespace' | 'model'>,
  host: string,
  network: string = LOOPBACK_NETWORK,
  tls = false,
): URL | string {
  const service = `${model}-candidate.${namespace}.svc`;
  const scheme = tls ? 'https' : 'http';
  const expected = `must be ${scheme}://${service} with a port if need be`;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== `${scheme}:`) return expected;
  const plain = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  if (!plain) return `${expected}, and nothing else`;
  const names = [service, `${service}.cluster.local`];
  const ours =
    names.includes(url.hostname) || (isInNetwork(host, network) && isInNetwork(url.hostname, network));
  return ours ? new URL('/predict', url) : `${expected}: rows are sent to no other host`;
}
