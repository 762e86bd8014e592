import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { type Identity, readIdentity } from './identity.ts';

/** A Secret that is swapped while it is read is whole again by then. */
const AGAIN_MS = 50;

/**
 * The certificate that callers are shown, of a mounted Secret of type kubernetes.io/tls. It is read again every now and
 * then, as API keys are, so that a renewed one is taken up without a restart. One that cannot be used changes nothing.
 */
export class ServerCertificate {
  readonly #dir: string;
  readonly #log: Log;
  readonly #listeners = new Set<(identity: Identity) => void>();
  #current: Identity | undefined;
  #complaint: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  static async open(dir: string, intervalMs: number, log: Log): Promise<ServerCertificate> {
    const certificate = new ServerCertificate(dir, log);
    await certificate.#reload();
    certificate.#timer = setInterval(() => void certificate.#reload(), intervalMs).unref();
    return certificate;
  }

  get current(): Identity | undefined {
    return this.#current;
  }

  /** Why no caller can connect: what to do about it, in words. */
  get trouble(): string | undefined {
    return this.#current === undefined ? this.#complaint : undefined;
  }

  /** Whether what is mounted cannot be used, so that the one before is shown, or none. */
  get stale(): boolean {
    return this.#complaint !== undefined;
  }

  /**
   * Calls `listener` with each certificate that is taken up from now on.
   * @returns what ends that
   */
  onChange(listener: (identity: Identity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #reload(): Promise<void> {
    try {
      this.#take(await this.#read());
      this.#complaint = undefined;
    } catch (error) {
      this.#complain((error as Error).message);
    }
  }

  async #read(): Promise<Identity> {
    try {
      return await readIdentity(this.#dir);
    } catch {
      await delay(AGAIN_MS);
      return readIdentity(this.#dir);
    }
  }

  #take(found: Identity): void {
    if (found.cert === this.#current?.cert && found.key === this.#current.key) return;
    const first = this.#current === undefined;
    this.#current = found;
    const what = first ? 'the TLS certificate is in use' : 'another TLS certificate is in use';
    this.#log('info', what, { expires: found.expires.toISOString() });
    for (const listener of this.#listeners) listener(found);
  }

  /** Says each new trouble once, not at every reading. */
  #complain(why: string): void {
    const then =
      this.#current === undefined
        ? 'mount a Secret of type kubernetes.io/tls there'
        : 'the certificate known before stays in use';
    const complaint = `the TLS certificate in ${this.#dir} cannot be used: ${why}: ${then}`;
    if (complaint !== this.#complaint) this.#log('error', complaint);
    this.#complaint = complaint;
  }
}
