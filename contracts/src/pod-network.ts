/** Addresses that are this machine's own and nobody else's. */
export const LOOPBACK_NETWORK = '127.0.0.0/8';

/** Names the network of pods that are processes of one machine; the default is loopback. */
export const POD_NETWORK_VARIABLE = 'STOCKOUT_POD_NETWORK';

/**
 * Whether a host is an address of a network: where pods are processes of one machine there is no cluster DNS, and they
 * find one another by address.
 * @param host an address, `localhost`, or either as a URL writes it
 * @param network an IPv4 network, as `127.0.0.0/8`; of the loopback one `::1` and `localhost` are a part
 */
export function isInNetwork(host: string, network: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare === 'localhost' || bare === '::1') return network === LOOPBACK_NETWORK;
  const [address = '', bits = ''] = network.split('/');
  const [wanted, found] = [toNumber(address), toNumber(bare)];
  if (wanted === undefined || found === undefined || !/^([12]?\d|3[0-2])$/.test(bits)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(found / size) === Math.floor(wanted / size);
}

/** @returns undefined for what is no IPv4 address */
function toNumber(address: string): number | undefined {
  const parts = address.split('.');
  const isAddress =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isAddress ? parts.reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}
