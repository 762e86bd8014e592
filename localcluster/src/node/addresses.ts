import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import process from 'node:process';

/** An address for each pod: on the loopback network, or in a network that was made local to this machine. */
export class PodAddresses {
  /** That pods are told of: there is no DNS here, they find one another by address. */
  readonly network: string;
  readonly #prefix: number;
  readonly #bits: number;
  readonly #shared: boolean;
  readonly #taken = new Set<number>();

  /** @param network `127.0.0.0/8` or another IPv4 network */
  constructor(network: string, shared = false) {
    const [address = '', bits = '32'] = network.split('/');
    this.network = network;
    this.#bits = Number(bits);
    this.#prefix = toNumber(address);
    this.#shared = shared;
  }

  /**
   * @param network `loopback`, or an IPv4 network whose addresses are local
   * @param log told when only one loopback address can be had, as on a Mac without aliases
   */
  static async open(network: string, log: (line: string) => void): Promise<PodAddresses> {
    if (network !== 'loopback') return new PodAddresses(network);
    if (process.platform === 'linux' || (await canListen('127.77.0.2')))
      return new PodAddresses('127.0.0.0/8');
    log(
      'all pods share 127.0.0.1: give each its own address with `sudo ifconfig lo0 alias 127.77.0.2` and so on',
    );
    return new PodAddresses('127.0.0.1/32', true);
  }

  /** A free address at random: two clusters on one machine hardly ever meet. */
  take(wanted?: string): string {
    if (this.#shared) return toText(this.#prefix);
    if (wanted !== undefined && !this.#taken.has(toNumber(wanted))) {
      this.#taken.add(toNumber(wanted));
      return wanted;
    }
    const size = 2 ** (32 - this.#bits);
    for (;;) {
      const candidate = this.#prefix + randomInt(this.#bits === 8 ? 2 ** 16 : 1, size);
      const last = candidate % 256;
      if (last === 0 || last === 255 || this.#taken.has(candidate)) continue;
      this.#taken.add(candidate);
      return toText(candidate);
    }
  }

  release(address: string): void {
    this.#taken.delete(toNumber(address));
  }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

function canListen(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}
