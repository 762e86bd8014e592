import type { GoldenReport, ShadowReport } from '@stockout/contracts';
import type { RequestCounts } from '../predictors/request-counts.ts';
import type { About, Answer, Answers, QuestionOf, Told } from '../predictors/question.ts';

/** What predictors tell in a test. */
export class PlayedAnswers implements Answers {
  /** Of every pod that is asked: undefined for no answer yet, an Error for one that failed. */
  golden: GoldenReport | Error | undefined = aGoldenReport();
  shadow: ShadowReport | Error | undefined = aShadowReport();
  requests: RequestCounts = { total: 0, errors: 0 };
  /** Milliseconds since 1970, of failures. */
  failingSince = 0;

  to<A extends About>({ about }: QuestionOf<A>): Answer<A> | undefined {
    if (about === 'requests') return { told: [this.requests as Told[A]], failing: undefined };
    const told = about === 'golden' ? this.golden : about === 'shadow' ? this.shadow : undefined;
    if (told === undefined) return undefined;
    const failing = told instanceof Error ? { since: this.failingSince, error: told.message } : undefined;
    return { told: told instanceof Error ? [] : [told as Told[A]], failing };
  }

  comparisons(): readonly ShadowReport[] {
    return this.shadow === undefined || this.shadow instanceof Error ? [] : [this.shadow];
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
