import { driftReportSchema, goldenReportSchema, shadowReportSchema } from '@stockout/contracts';
import { exchange } from './exchange.ts';
import { type DriftCounts, readDriftCounts } from './drift-counts.ts';
import { readRequestCounts, type RequestCounts } from './request-counts.ts';
import { type About, COMPARISON_PREFIX, type Question, type QuestionOf, type Told } from './question.ts';

/** It asks somebody else before it answers. */
const GOLDEN_TIMEOUT_MS = 10_000;
/** Of what a pod says of itself: conditions show it. */
const MOST_CHARACTERS = 1_000;

/** Asks a pod. @throws Error whose message says in few words, the same ones each time, what went wrong */
export type AskPod = (question: Question, signal: AbortSignal) => Promise<Told[About]>;

/** By the predictor's admin port. */
export const askPod: AskPod = (question, signal) => {
  switch (question.about) {
    case 'golden':
      return askGolden(question, signal);
    case 'shadow':
      return askShadow(question, signal);
    case 'unshadow':
      return endShadow(question, signal);
    case 'requests':
      return countRequests(question, signal);
    case 'standing':
      return askStanding(question, signal);
    case 'drift':
      return countDrift(question, signal);
  }
};

async function askGolden(
  { pod, request }: QuestionOf<'golden'>,
  signal: AbortSignal,
): Promise<Told['golden']> {
  const sent = { method: 'POST', path: '/golden', body: request, timeoutMs: GOLDEN_TIMEOUT_MS };
  return readAs(goldenReportSchema, (await exchange(pod.ip, sent, signal)).json);
}

/** Begins the comparison, or reads how one of the same id stands. */
async function askShadow(
  { pod, request }: QuestionOf<'shadow'>,
  signal: AbortSignal,
): Promise<Told['shadow']> {
  const sent = { method: 'PUT', path: '/shadow', body: request };
  return readAs(shadowReportSchema, (await exchange(pod.ip, sent, signal)).json);
}

async function endShadow({ pod }: QuestionOf<'unshadow'>, signal: AbortSignal): Promise<true> {
  const { status, json } = await exchange(pod.ip, { method: 'GET', path: '/shadow', expected: 404 }, signal);
  if (status === 404) return true;
  // One that a person began goes on.
  if (!readAs(shadowReportSchema, json).id.startsWith(COMPARISON_PREFIX)) return true;
  await exchange(pod.ip, { method: 'DELETE', path: '/shadow' }, signal);
  return true;
}

/** A problem says in its detail what it waits for, or why it will never be ready. */
async function askStanding({ pod }: QuestionOf<'standing'>, signal: AbortSignal): Promise<string> {
  const { status, json } = await exchange(pod.ip, { method: 'GET', path: '/readyz', expected: 503 }, signal);
  const { detail } = (json ?? {}) as { detail?: unknown };
  return status === 503 && typeof detail === 'string' ? detail.slice(0, MOST_CHARACTERS) : '';
}

async function countRequests({ pod }: QuestionOf<'requests'>, signal: AbortSignal): Promise<RequestCounts> {
  const { text } = await exchange(pod.ip, { method: 'GET', path: '/metrics' }, signal);
  return readRequestCounts(text);
}

async function countDrift({ pod, request }: QuestionOf<'drift'>, signal: AbortSignal): Promise<DriftCounts> {
  const { json } = await exchange(pod.ip, { method: 'GET', path: '/drift' }, signal);
  const report = readAs(driftReportSchema, json);
  if (report.version !== request.version) throw new Error(`it serves ${report.version}`);
  return readDriftCounts(report);
}

interface Schema<T> {
  safeParse(json: unknown): { success: true; data: T } | { success: false };
}

function readAs<T>(schema: Schema<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error('its answer is not what a predictor answers');
  return parsed.data;
}
