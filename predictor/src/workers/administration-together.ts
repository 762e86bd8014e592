import type { DriftReport, ShadowReport, ShadowRequest } from '@stockout/contracts';
import { anyKey } from '../api-keys.ts';
import { sumDrifts, Drift, type DriftTotals } from '../drift/drift.ts';
import { type Administration, type Scrape, servingOf } from '../http/administration.ts';
import type { Probed } from '../http/probes.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../options.ts';
import { type CandidateKeys, candidateKeysOf } from '../shadow/candidate-keys.ts';
import { isSame } from '../shadow/shadow.ts';
import { reportShadow, sumShadows } from '../shadow/shadow-totals.ts';
import { mountedLeaf } from '../tls/identity.ts';
import { mergeMetrics, SupervisorMetrics } from './supervisor-metrics.ts';
import type { ShadowOrder } from './protocol.ts';
import type { Supervisor } from './supervisor.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Of several processes that serve together: what they tell is added up, and each is told what is to be done. */
export class AdministrationTogether implements Administration {
  readonly host: string;
  readonly podNetwork: string;
  readonly goldenDeadlineMs: number;
  readonly log: Log;
  readonly #settings: Settings;
  readonly #supervisor: Supervisor;
  readonly #metrics: SupervisorMetrics;
  readonly #candidateKeys: CandidateKeys;
  #shadow: ShadowOrder | undefined;

  constructor(supervisor: Supervisor, settings: Settings) {
    this.host = settings.host;
    this.podNetwork = settings.podNetwork;
    this.goldenDeadlineMs = settings.limits.goldenDeadlineMs;
    this.log = settings.log;
    this.#settings = settings;
    this.#candidateKeys = candidateKeysOf(settings);
    this.#supervisor = supervisor;
    this.#metrics = new SupervisorMetrics(supervisor);
    supervisor.onReady = (worker) => void this.#tellShadow(worker);
  }

  get lifecycle(): Probed['lifecycle'] {
    return this.#supervisor.standing;
  }

  get serving(): Probed['serving'] {
    const { manifest } = this.#supervisor;
    return manifest && { model: { manifest } };
  }

  aKey(): Promise<string | undefined> {
    return anyKey(this.#settings.apiKeys, this.#settings.apiKeysDir);
  }

  get tls(): boolean {
    return this.#settings.tlsDir !== undefined;
  }

  aCertificate(): Promise<string | undefined> {
    return mountedLeaf(this.#settings.tlsDir);
  }

  async scrape(): Promise<Scrape> {
    const found = await this.#supervisor.metrics();
    const drift = this.serving && (await this.drift());
    return mergeMetrics(found, await this.#metrics.read(drift));
  }

  async drift(): Promise<DriftReport> {
    const { manifest } = servingOf(this).model;
    const { limits, workers } = this.#settings;
    const window = { windowMs: limits.driftMs, windowRows: limits.driftRows * workers };
    const totals: DriftTotals[] = await this.#supervisor.askAll({ kind: 'drift' });
    const drift = new Drift(manifest, window);
    return drift.report(sumDrifts([drift.totals(), ...totals]));
  }

  async shadow(): Promise<ShadowReport | undefined> {
    const { manifest } = servingOf(this).model;
    const totals = await this.#supervisor.askAll({ kind: 'shadow' });
    const running = this.#shadow;
    const ours = totals.filter((each) => each.request.id === running?.request.id);
    return running && ours.length > 0 ? reportShadow(sumShadows(ours, running.request), manifest) : undefined;
  }

  async candidateKey(version: string | undefined): Promise<string | undefined> {
    return this.#candidateKeys.of(servingOf(this).model.manifest, version);
  }

  async startShadow(request: ShadowRequest, url: URL, goldenKey: string | undefined): Promise<void> {
    const before = this.#shadow?.request;
    // The same comparison goes on with its own replay.
    const same = before !== undefined && isSame(before, request);
    const asked = same ? { ...request, replay: before.replay } : request;
    this.#shadow = { request: asked, url: url.href, goldenKey };
    await this.#supervisor.askAll({ kind: 'startShadow', ...this.#share() });
  }

  async stopShadow(): Promise<void> {
    this.#shadow = undefined;
    await this.#supervisor.askAll({ kind: 'stopShadow' });
  }

  /** One that takes the place of another goes on with what was asked of that: it has no rows to replay. */
  async #tellShadow(worker: WorkerProcess): Promise<void> {
    if (this.#shadow !== undefined) await worker.ask({ kind: 'startShadow', ...this.#share() });
  }

  /** The replay that is asked for is one of all processes together. */
  #share(): ShadowOrder {
    const { request, ...candidate } = this.#shadow as ShadowOrder;
    const replay = Math.ceil(request.replay / this.#settings.workers);
    return { request: { ...request, replay }, ...candidate };
  }
}
