import { setTimeout as delay } from 'node:timers/promises';
import { isCode, type KubeClient, type List } from '@stockout/localcluster/client';

const POLL_MILLISECONDS = 250;

interface Service {
  metadata: { name: string; namespace: string };
  spec: { type?: string };
  status?: { loadBalancer?: { ingress?: { ip?: string }[] } };
}

/**
 * Does what a cloud does: gives every Service of type LoadBalancer an address of its own. Connections to it are balanced
 * by kube-proxy, to whose node the addresses are routed.
 * @param network a /24 such as 10.92.0.0/24
 */
export function startLoadBalancer(client: KubeClient, network: string): { stop(): Promise<void> } {
  const abort = new AbortController();
  const running = run(client, network, abort.signal);
  return {
    stop: async () => {
      abort.abort();
      await running;
    },
  };
}

async function run(client: KubeClient, network: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { items } = await client.get<List<Service>>('/api/v1/services');
    const balanced = items.filter(({ spec }) => spec.type === 'LoadBalancer');
    const taken = new Set(balanced.map(addressOf));
    for (const service of balanced.filter((each) => addressOf(each) === undefined)) {
      const ip = freeAddress(network, taken);
      taken.add(ip);
      await publish(client, service, ip);
    }
    await delay(POLL_MILLISECONDS, undefined, { signal }).catch(() => {});
  }
}

function addressOf({ status }: Service): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

function freeAddress(network: string, taken: ReadonlySet<string | undefined>): string {
  const prefix = network.slice(0, network.lastIndexOf('.'));
  for (let host = 1; host < 255; host++) {
    if (!taken.has(`${prefix}.${host}`)) return `${prefix}.${host}`;
  }
  throw new Error(`all addresses of ${network} are taken: delete Services of type LoadBalancer`);
}

async function publish(client: KubeClient, { metadata }: Service, ip: string): Promise<void> {
  const path = `/api/v1/namespaces/${metadata.namespace}/services/${metadata.name}/status`;
  await client.patch(path, { status: { loadBalancer: { ingress: [{ ip }] } } }).catch((error: unknown) => {
    if (!isCode(error, 404)) throw error;
  });
}
