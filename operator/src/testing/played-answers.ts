import type { GoldenReport, ShadowReport, ShadowRequest } from '@stockout/contracts';
import type { DriftCounts } from '../predictors/drift-counts.ts';
import type { RequestCounts } from '../predictors/request-counts.ts';
import type { About, Answer, Answers, QuestionOf, Told } from '../predictors/question.ts';

/** What predictors tell in a test. */
export class PlayedAnswers implements Answers {
  /** Of every pod that is asked: undefined for no answer yet, an Error for one that failed. */
  golden: GoldenReport | Error | undefined = aGoldenReport();
  shadow: ShadowReport | Error | undefined = aShadowReport();
  requests: RequestCounts = { total: 0, errors: 0 };
  /** Why pods are not ready that are not. */
  standing: string | undefined;
  drift: DriftCounts | Error | undefined = aDriftCount();
  /** Of a pod of this name, instead. */
  readonly driftOf = new Map<string, DriftCounts>();
  /** Of pods that told of drift before, and do not answer now. */
  driftFailing: Answer<'drift'>['failing'];
  /** Milliseconds since 1970, of failures, and of a candidate that does not answer. */
  failingSince = 0;
  /** Milliseconds since 1970, of every question; undefined with an operator that has asked nobody yet. */
  askedSince: number | undefined = 0;
  /** Names of pods that have told nothing so far. */
  readonly silent = new Set<string>();
  readonly #ids = new Set<string>();

  to<A extends About>({ about, pod, request }: QuestionOf<A>): Answer<A> | undefined {
    if (about === 'shadow') this.#ids.add((request as ShadowRequest).id);
    const { askedSince } = this;
    if (askedSince === undefined) return undefined;
    const told = this.silent.has(pod.name) ? undefined : this.#toldOf(about, pod.name);
    const before = about === 'drift' ? this.driftFailing : undefined;
    const failing = told instanceof Error ? { since: this.failingSince, error: told.message } : before;
    const isTold = told !== undefined && !(told instanceof Error);
    const isAlone = isTold && about === 'shadow' && !(told as ShadowReport).answering;
    return {
      told: isTold ? [told as Told[A]] : [],
      failing,
      askedSince,
      candidateSilentSince: isAlone ? this.failingSince : undefined,
    };
  }

  /** Of an id that nobody was asked for there is none. */
  comparisons(id: string): readonly ShadowReport[] {
    const { shadow } = this;
    return !this.#ids.has(id) || shadow === undefined || shadow instanceof Error ? [] : [shadow];
  }

  #toldOf(about: About, pod: string): Told[About] | Error | undefined {
    if (about === 'requests') return this.requests;
    if (about === 'drift') return this.driftOf.get(pod) ?? this.drift;
    if (about === 'unshadow') return true;
    if (about === 'standing') return this.standing;
    return about === 'golden' ? this.golden : this.shadow;
  }
}

export function aGoldenReport(changes: Partial<GoldenReport> = {}): GoldenReport {
  return {
    model: 'shop/retail',
    version: 'v2',
    url: 'http://retail-candidate.shop.svc',
    rows: 32,
    reproduced: 32,
    different: 0,
    unanswered: 0,
    message: null,
    ...changes,
  };
}

/** Of as many cheap rows as dear ones, of a training of as many. @param observed rows by bin, the last of missing values */
export function aDriftCount(
  observed: { price?: number[]; scores?: number[] } = {},
  rows = 1000,
  expected = [500, 500, 0],
): DriftCounts {
  const column = (feature: string | undefined, counts = [500, 500, 0]) => ({
    feature,
    expected,
    observed: counts,
  });
  const columns = [column('price', observed.price), column(undefined, observed.scores)];
  return { rows, minRows: 500, columns };
}

/** Of 500 requests that the candidate answered as the serving version does. */
export function aShadowReport(changes: Partial<ShadowReport> = {}): ShadowReport {
  const none = {
    connection: 0,
    timeout: 0,
    unauthorized: 0,
    row: 0,
    busy: 0,
    status: 0,
    answer: 0,
    version: 0,
  };
  return {
    id: 'stockout-operator.test',
    url: 'http://retail-candidate.shop.svc',
    model: 'shop/retail',
    version: 'v1',
    candidateVersions: ['v2'],
    since: '2026-11-23T12:00:00.000Z',
    percent: 10,
    replay: { asked: 1000, taken: 500, done: 500 },
    requests: { compared: 500, errors: 0, dropped: 0 },
    errors: none,
    errorRate: 0,
    scoreShift: { mean: 0.01, max: 0.2 },
    labelFlips: 3,
    latency: { candidate: { count: 500, p50: 1, p99: 5 }, serving: { count: 0, p50: null, p99: null } },
    answering: true,
    ...changes,
  };
}
