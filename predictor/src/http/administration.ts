import type { DriftReport, ShadowReport, ShadowRequest } from '@stockout/contracts';
import type { Log } from '../log.ts';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import type { CandidateKeys } from '../shadow/candidate-keys.ts';
import type { Probed } from './probes.ts';
import { unavailable } from './problem.ts';

export interface Scrape {
  /** Prometheus' media type. */
  type: string;
  text: string;
}

/** What the admin port tells and has done: of this process, or of several that serve together. */
export interface Administration extends Probed {
  /** The address that scoring listens on. */
  readonly host: string;
  /** Of pods that are processes of this machine: a candidate there is found by its address. */
  readonly podNetwork: string;
  readonly goldenDeadlineMs: number;
  readonly log: Log;
  /** One that callers may show; undefined where none is asked for. */
  aKey(): Promise<string | undefined>;
  /** Whether scoring is within TLS. */
  readonly tls: boolean;
  /** The certificate that callers are shown; undefined while there is none. */
  aCertificate(): Promise<string | undefined>;
  scrape(): Promise<Scrape>;
  /** @throws {ProblemError} 503 before a version is served */
  drift(): Promise<DriftReport>;
  /** undefined where no comparison is on. */
  shadow(): Promise<ShadowReport | undefined>;
  /**
   * The golden key of another version, as far as it is known.
   * @throws {ProblemError} 503 while it cannot be had, and is needed
   */
  candidateKey(version: string | undefined): Promise<string | undefined>;
  /**
   * @param url of the candidate's /predict
   * @param goldenKey of the candidate, where it is known
   */
  startShadow(request: ShadowRequest, url: URL, goldenKey: string | undefined): Promise<void>;
  stopShadow(): Promise<void>;
}

/** Of a predictor that is one process. */
export class OwnAdministration implements Administration {
  readonly #runtime: Runtime;
  readonly #candidateKeys: CandidateKeys;

  constructor(runtime: Runtime, candidateKeys: CandidateKeys) {
    this.#runtime = runtime;
    this.#candidateKeys = candidateKeys;
  }

  get host(): string {
    return this.#runtime.host;
  }

  get podNetwork(): string {
    return this.#runtime.podNetwork;
  }

  get goldenDeadlineMs(): number {
    return this.#runtime.limits.goldenDeadlineMs;
  }

  aKey(): Promise<string | undefined> {
    return this.#runtime.keys.anyOne();
  }

  get tls(): boolean {
    return this.#runtime.certificate !== undefined;
  }

  async aCertificate(): Promise<string | undefined> {
    return this.#runtime.certificate?.current?.leaf;
  }

  get log(): Log {
    return this.#runtime.log;
  }

  get lifecycle(): Runtime['lifecycle'] {
    return this.#runtime.lifecycle;
  }

  get serving(): Serving | undefined {
    return this.#runtime.serving;
  }

  async scrape(): Promise<Scrape> {
    const { registry } = this.#runtime.metrics;
    return { type: registry.contentType, text: await registry.metrics() };
  }

  async drift(): Promise<DriftReport> {
    return servingOf(this.#runtime).traffic.drift.report();
  }

  async shadow(): Promise<ShadowReport | undefined> {
    return servingOf(this.#runtime).traffic.shadow.report();
  }

  async candidateKey(version: string | undefined): Promise<string | undefined> {
    return this.#candidateKeys.of(servingOf(this.#runtime).model.manifest, version);
  }

  async startShadow(request: ShadowRequest, url: URL, goldenKey: string | undefined): Promise<void> {
    servingOf(this.#runtime).traffic.shadow.start(request, url, goldenKey);
  }

  async stopShadow(): Promise<void> {
    servingOf(this.#runtime).traffic.shadow.stop();
  }
}

/** @throws {ProblemError} 503 before a version is served */
export function servingOf<Serves>(of: Probed & { serving: Serves | undefined }): Serves {
  if (of.serving === undefined) throw unavailable(of.lifecycle.reason, 5);
  return of.serving;
}
