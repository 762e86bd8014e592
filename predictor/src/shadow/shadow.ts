import type { ShadowReport, ShadowRequest } from '@stockout/contracts';
import type { ApiKeys } from '../api-keys.ts';
import type { ShadowMetrics } from '../metrics/shadow-metrics.ts';
import type { Model } from '../model.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import { Candidate, type CandidateAnswer } from './candidate.ts';
import { Comparison } from './comparison.ts';
import { Mirror, type MirrorLimits } from './mirror.ts';
import { RecentRows } from './recent-rows.ts';
import { reportShadow, type ShadowTotals } from './shadow-totals.ts';

/** What shadowing needs of the predictor that it is a part of. */
export interface ShadowSetup {
  model: Model;
  keys: ApiKeys;
  /** Its own; a candidate shows the same. */
  certificate: ServerCertificate | undefined;
  metrics: ShadowMetrics;
  limits: MirrorLimits;
  /** The most in a second of a candidate that counts us as one of its callers. */
  callerPerSecond: number;
}

interface Running {
  request: ShadowRequest;
  goldenKey: string | undefined;
  /** Milliseconds since 1970. */
  since: number;
  comparison: Comparison;
  mirror: Mirror;
}

/** Has another version score the rows that this one scores, when told to, and compares what both say. */
export class Shadow {
  readonly #setup: ShadowSetup;
  readonly #recent: RecentRows;
  #running: Running | undefined;

  constructor(setup: ShadowSetup) {
    this.#setup = setup;
    this.#recent = new RecentRows(setup.model.width);
  }

  /**
   * One row that was scored.
   * @param milliseconds that its answer took; NaN where that is not known
   */
  row(matrix: Float32Array, offset: number, milliseconds: number): void {
    this.#recent.push(matrix, offset);
    const running = this.#running;
    if (running === undefined || Math.random() * 100 >= running.request.percent) return;
    if (running.mirror.offer(matrix, offset, milliseconds)) return;
    running.comparison.drop();
    this.#setup.metrics.dropped();
  }

  /**
   * Begins a comparison in the place of any other; one of the same id, URL and version goes on, with the share of
   * rows that is asked for now. Where the golden key was not known before, it begins anew: a candidate that asks for
   * it has refused us, and that does not count.
   * @param url of the candidate's /predict
   * @param goldenKey by which it lets us in; undefined where it is not known
   */
  start(request: ShadowRequest, url: URL, goldenKey: string | undefined): void {
    const before = this.#running;
    const lacksKey = before?.goldenKey === undefined && goldenKey !== undefined;
    if (before !== undefined && !lacksKey && isSame(before.request, request)) {
      before.request = { ...request, replay: before.request.replay };
      return;
    }
    this.stop();
    const comparison = new Comparison();
    const candidate = this.#candidate(request, url, goldenKey);
    const limits = this.#limits(goldenKey !== undefined);
    const mirror = this.#mirror(candidate, limits, request.replay, comparison);
    this.#running = { request, goldenKey, since: Date.now(), comparison, mirror };
  }

  stop(): void {
    this.#running?.mirror.close();
    this.#running = undefined;
  }

  /** How it stands; undefined when nobody asked for a comparison. */
  report(): ShadowReport | undefined {
    const totals = this.totals();
    return totals && reportShadow(totals, this.#setup.model.manifest);
  }

  /** The same in figures that several processes can add up. */
  totals(): ShadowTotals | undefined {
    if (this.#running === undefined) return undefined;
    const { request, since, comparison, mirror } = this.#running;
    const { replay, answering } = mirror;
    return { request, since, replay, answering, comparison: comparison.totals };
  }

  #candidate({ version }: ShadowRequest, url: URL, goldenKey: string | undefined): Candidate {
    const { model, keys, certificate, limits } = this.#setup;
    return new Candidate({
      url,
      names: model.manifest.features.map(({ name }) => name),
      version,
      sockets: limits.sockets,
      deadlineMs: limits.deadlineMs,
      // One of an older release knows no golden key.
      key: () => keys.anyOne(),
      goldenKey,
      certificate: async () => certificate?.current?.leaf,
    });
  }

  /** @param isKnown whether the candidate knows us from its callers, whose requests it may limit */
  #limits(isKnown: boolean): MirrorLimits {
    const { limits, callerPerSecond } = this.#setup;
    return isKnown ? limits : { ...limits, perSecond: callerPerSecond };
  }

  #mirror(candidate: Candidate, limits: MirrorLimits, replayed: number, comparison: Comparison): Mirror {
    const { model, metrics } = this.#setup;
    const answered = (answer: CandidateAnswer, row: Float32Array, milliseconds: number): void => {
      const score = model.trees.score(row);
      const ours = { stockout_risk_score: score, stockout_risk_label: model.label(score) };
      comparison.add(answer, ours, milliseconds);
      metrics.answered(answer, ours);
    };
    const replay = this.#recent.newest(replayed);
    return new Mirror({ candidate, limits, width: model.width, replay, answered });
  }
}

/** Whether both ask for one and the same comparison. */
export function isSame(a: ShadowRequest, b: ShadowRequest): boolean {
  return a.id === b.id && a.url === b.url && a.version === b.version;
}
