import type { GoldenReport, GoldenRequest, ShadowReport, ShadowRequest } from '@stockout/contracts';
import type { DriftCounts } from './drift-counts.ts';
import type { RequestCounts } from './request-counts.ts';

/** A pod of a predictor, as far as it can be asked. */
export interface PodAddress {
  uid: string;
  name: string;
  ip: string;
}

interface Requests {
  golden: GoldenRequest;
  shadow: ShadowRequest;
  /** That it has none of our comparisons under way; it ends one that it has. */
  unshadow: null;
  /** Why it is not ready. */
  standing: null;
  /** How many requests of callers it answered since it was first asked, and how many failed. */
  requests: null;
  /** What the rows of its last hours were like. */
  drift: { version: string };
}

export type About = keyof Requests;

export interface QuestionOf<A extends About> {
  about: A;
  pod: PodAddress;
  request: Requests[A];
}

/** What a plan wants to be told by a pod. */
export type Question = { [A in About]: QuestionOf<A> }[About];

/** What a pod tells, each time that it is asked. */
export interface Told {
  golden: GoldenReport;
  shadow: ShadowReport;
  unshadow: true;
  /** In words; empty when it is ready. */
  standing: string;
  requests: RequestCounts;
  drift: DriftCounts;
}

/** What came of asking, over all times. */
export interface Answer<A extends About> {
  /** What was told, the newest last; of one comparison only its newest, of golden predictions too. */
  told: readonly Told[A][];
  /** Since when there is no answer (milliseconds since 1970), and why; undefined while there is. */
  failing: { since: number; error: string } | undefined;
  /** Since when it is asked, by the operator that leads (milliseconds since 1970). */
  askedSince: number;
  /** Since when the candidate does not answer the pod that compares (milliseconds since 1970); undefined while it does. */
  candidateSilentSince: number | undefined;
}

/** All answers to what was asked for one model. */
export interface Answers {
  /** To a question as it is asked now; undefined before it was. */
  to<A extends About>(question: QuestionOf<A>): Answer<A> | undefined;
  /** Comparisons of this id, each of other requests than the others', those of pods that are gone or were restarted by now among them. */
  comparisons(id: string): readonly ShadowReport[];
}

export const NO_ANSWERS: Answers = { to: () => undefined, comparisons: () => [] };

/** Marks comparisons as an operator's, so that it ends no other. */
export const COMPARISON_PREFIX = 'stockout-operator.';

/** Tells a question from others. */
export function keyOfQuestion({ pod, about, request }: QuestionOf<About>): string {
  return `${about} ${pod.uid} ${pod.ip} ${JSON.stringify(request)}`;
}
