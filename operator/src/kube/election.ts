import type { Lease } from '../api/kubernetes.ts';
import type { Log } from '../log.ts';
import { pause } from './backoff.ts';
import type { KubeClient } from './client.ts';
import { within } from './deadline.ts';
import { LEASE } from './kinds.ts';
import { isConflict, isNotFound } from './kube-error.ts';

export interface ElectionOptions {
  namespace: string;
  name: string;
  /** Tells this process from every other. */
  identity: string;
  /** How long others wait after the last change they saw. */
  leaseMs?: number;
  /** Without a renewal for so long the leader steps down: before others may take over. */
  renewMs?: number;
  retryMs?: number;
  /** A leader that stops waits no longer for the API server to take the Lease back. */
  releaseMs?: number;
  /** For the times in the Lease, which people read and no election does. Default: the machine's clock. */
  now?: () => Date;
}

/** Leads while it holds the Lease; never two at a time, as long as clocks run at about the same speed. */
export class Election {
  readonly #client: KubeClient;
  readonly #options: Required<ElectionOptions>;
  readonly #log: Log;
  /** The Lease as last seen, and when it changed on our own monotonic clock: no one's wall clock is trusted. */
  #seen: { version: string | undefined; at: number } = { version: undefined, at: 0 };
  /** When we began the last request that got or renewed the Lease: others may have seen it from then on. */
  #heldSince = -Infinity;
  /** We asked for it at least once. */
  #mayHold = false;

  constructor(client: KubeClient, options: ElectionOptions, log: Log) {
    this.#client = client;
    this.#options = {
      leaseMs: 10_000,
      renewMs: 7_000,
      retryMs: 2_000,
      releaseMs: 3_000,
      now: () => new Date(),
      ...options,
    };
    this.#log = log;
  }

  /** Whether the Lease is ours for sure. A process that was paused for long finds out before its next write. */
  holds(): boolean {
    return performance.now() - this.#heldSince < this.#options.renewMs;
  }

  /** Campaigns until the signal. `lead` runs while we lead and must end soon after its signal. */
  async run(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (await this.#tryHold(signal)) await this.#reign(lead, signal);
      else await pause(this.#options.retryMs, signal);
    }
    if (this.#mayHold) await this.#release();
  }

  async #reign(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    const term = new AbortController();
    const leading = lead(AbortSignal.any([term.signal, signal]));
    this.#log('info', 'leading', { identity: this.#options.identity });
    try {
      await this.#keep(signal);
    } finally {
      term.abort();
      await leading;
    }
    if (!signal.aborted)
      this.#log('warn', 'the lease was lost, standing by', { identity: this.#options.identity });
  }

  /** Renews until the signal, or until it could not for too long. */
  async #keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.holds()) {
      await pause(this.#options.retryMs, signal);
      if (signal.aborted) return;
      await this.#tryHold(signal, this.#heldSince + this.#options.renewMs - performance.now());
    }
  }

  /** True when we hold the Lease now. */
  async #tryHold(signal: AbortSignal, ms = this.#options.renewMs): Promise<boolean> {
    const began = performance.now();
    try {
      const written = await within(Math.max(1, ms), [signal], (wanted) => this.#claimIfFree(wanted));
      if (written === undefined) return false;
      this.#seen = { version: written.metadata.resourceVersion, at: performance.now() };
      this.#heldSince = began;
      return true;
    } catch (error) {
      this.#log('debug', 'the lease was not got', { error: error instanceof Error ? error.message : error });
      return false;
    }
  }

  /** Undefined while it is another's. */
  async #claimIfFree(wanted: AbortSignal): Promise<Lease | undefined> {
    const lease = await this.#read(wanted);
    if (lease !== undefined && !this.#isOurs(lease) && !this.#isFree(lease)) return undefined;
    // Whether an answer comes or not.
    this.#mayHold = true;
    return this.#write(lease, wanted);
  }

  async #read(wanted: AbortSignal): Promise<Lease | undefined> {
    const { namespace, name } = this.#options;
    try {
      return await this.#client.get(LEASE, namespace, name, wanted);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #write(lease: Lease | undefined, wanted: AbortSignal): Promise<Lease> {
    if (lease !== undefined) return this.#client.replace(LEASE, this.#claim(lease), wanted);
    const { namespace, name } = this.#options;
    const fresh = { apiVersion: LEASE.apiVersion, kind: LEASE.kind, metadata: { namespace, name }, spec: {} };
    return this.#client.create(LEASE, this.#claim(fresh), wanted);
  }

  #isOurs(lease: Lease): boolean {
    return lease.spec.holderIdentity === this.#options.identity;
  }

  /** Given up, or not renewed for its whole duration while we looked on. */
  #isFree(lease: Lease): boolean {
    if (!lease.spec.holderIdentity) return true;
    const version = lease.metadata.resourceVersion;
    if (version !== this.#seen.version) this.#seen = { version, at: performance.now() };
    const lasts = (lease.spec.leaseDurationSeconds ?? 0) * 1000 || this.#options.leaseMs;
    return performance.now() - this.#seen.at > lasts;
  }

  #claim(lease: Lease): Lease {
    const now = microTime(this.#options.now());
    const ours = this.#isOurs(lease);
    const transitions = lease.spec.leaseTransitions;
    return {
      ...lease,
      spec: {
        holderIdentity: this.#options.identity,
        leaseDurationSeconds: Math.ceil(this.#options.leaseMs / 1000),
        acquireTime: ours ? (lease.spec.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: transitions === undefined ? 0 : transitions + (ours ? 0 : 1),
      },
    };
  }

  /** So that the next one need not wait for the lease to run out. */
  async #release(): Promise<void> {
    try {
      await within(this.#options.releaseMs, [], (wanted) => this.#giveBack(wanted));
    } catch (error) {
      this.#log('debug', 'the lease was not released', {
        error: error instanceof Error ? error.message : error,
      });
    }
  }

  async #giveBack(wanted: AbortSignal): Promise<void> {
    const lease = await this.#read(wanted);
    if (lease === undefined || !this.#isOurs(lease)) return;
    const renewTime = microTime(this.#options.now());
    const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime };
    try {
      await this.#client.replace(LEASE, { ...lease, spec }, wanted);
    } catch (error) {
      // A renewal that nobody waited for any more came to pass after all.
      if (!isConflict(error) || wanted.aborted) throw error;
      await this.#giveBack(wanted);
    }
  }
}

/** metav1.MicroTime: exactly six decimals. */
function microTime(instant: Date): string {
  return instant.toISOString().replace('Z', '000Z');
}
