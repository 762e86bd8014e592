import { isInNetwork, LOOPBACK_NETWORK } from '@stockout/contracts';

/** A Service of the cluster, by any of its names. */
const SERVICE = /\.svc(\.|$)/;

/**
 * Whether the keys of an issuer travel over a network where somebody may put his own in their place, and then sign
 * what he likes. Within a machine or a cluster they do not leave it.
 */
export function isTakenOnTrust(issuer: string): boolean {
  const url = URL.parse(issuer);
  if (url?.protocol !== 'http:') return false;
  return !isInNetwork(url.hostname, LOOPBACK_NETWORK) && !SERVICE.test(url.hostname);
}
