import { type Asked, type Fault, isWrite } from './fault.ts';

interface Reign {
  who: string;
  /** By performance.now(). */
  since: number;
}

/** Who held the Lease, and who wrote meanwhile, as the proxies of all operators saw it. */
export class Leadership {
  readonly #reigns: Reign[] = [];
  /** Writes that the server accepted from somebody while the Lease was another's. Events are for people, and count too. */
  readonly strangers: string[] = [];

  /** What an operator's proxy does: it looks on. */
  watch(who: string): Fault {
    return { answered: (asked, code, body) => this.#see(who, asked, code, body) };
  }

  /** All that held the Lease, in order. */
  get holders(): string[] {
    return this.#reigns.map((reign) => reign.who);
  }

  /** When the one that holds the Lease now got it; undefined while it is another. */
  heldSince(who: string): number | undefined {
    const last = this.#reigns.at(-1);
    return last?.who === who ? last.since : undefined;
  }

  #see(who: string, asked: Asked, code: number, body: Buffer): void {
    if (!isWrite(asked) || code >= 300) return;
    if (asked.path.includes('/leases')) return this.#count(body);
    if (this.holders.at(-1) !== who) {
      this.strangers.push(`${who}: ${asked.method} ${asked.path} in the reign of ${this.holders.at(-1)}`);
    }
  }

  /** A Lease that is given up stays in the family until somebody takes it. */
  #count(body: Buffer): void {
    const { spec } = JSON.parse(body.toString()) as { spec: { holderIdentity?: string } };
    const who = spec.holderIdentity;
    if (who && who !== this.holders.at(-1)) this.#reigns.push({ who, since: performance.now() });
  }
}
