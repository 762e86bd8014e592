import { createServer } from 'node:net';
import type { Store } from '../store/store.ts';
import type { Service } from '../types.ts';

const FIRST = 30_000;
const LAST = 32_767;
/** How many free ports are kept at hand, for Services that come at once. */
const POOL = 16;

/** Cluster IPs (names only: nothing listens there) and node ports that nothing on this machine uses. */
export class ServiceAddresses {
  #services: () => Service[] = () => [];
  #pool: number[] = [];
  #next = FIRST + Math.floor(Math.random() * (LAST - FIRST));
  #lastAddress = 1;

  /** The Services whose ports are taken: those in the store. */
  follow(store: Store): void {
    this.#services = () => store.list('services') as Service[];
  }

  clusterIp(): string {
    const taken = new Set(this.#services().map(({ spec }) => spec.clusterIP));
    for (;;) {
      this.#lastAddress += 1;
      const address = `10.96.${(this.#lastAddress >> 8) & 255}.${this.#lastAddress & 255}`;
      if (!taken.has(address)) return address;
    }
  }

  /** Tries ports out ahead of need: writes are synchronous, listening is not. */
  async refill(): Promise<void> {
    for (let tries = 0; this.#pool.length < POOL && tries <= LAST - FIRST; tries++) {
      const port = this.#next;
      this.#next = port === LAST ? FIRST : port + 1;
      if (!this.#taken().has(port) && !this.#pool.includes(port) && (await isFree(port)))
        this.#pool.push(port);
    }
  }

  nodePort(): number {
    const taken = this.#taken();
    this.#pool = this.#pool.filter((port) => !taken.has(port));
    const port = this.#pool.shift();
    if (port === undefined) throw new Error('no free port between 30000 and 32767');
    return port;
  }

  /** Why a port that a user asks for cannot be had; undefined when it can. */
  refusal(port: number, name: string, namespace: string): string | undefined {
    if (port < FIRST || port > LAST)
      return `provided port is not in the valid range. The range of valid ports is ${FIRST}-${LAST}`;
    const owner = this.#taken().get(port);
    return owner === undefined || owner === `${namespace}/${name}`
      ? undefined
      : 'provided port is already allocated';
  }

  #taken(): Map<number, string> {
    const taken = new Map<number, string>();
    for (const service of this.#services()) {
      const { name, namespace = '' } = service.metadata;
      for (const { nodePort } of service.spec.ports ?? [])
        if (nodePort) taken.set(nodePort, `${namespace}/${name}`);
    }
    return taken;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
