import { status } from '@grpc/grpc-js';
import { tableFromIPC } from 'apache-arrow';
import type { FuzzRequest } from './fuzz-request.ts';
import type { HttpRequest } from './http-requests.ts';
import type { Outcome } from './send.ts';

const STATUS_LINE = /HTTP\/1\.1 (5\d\d) /;
/** A call that failed for reasons of the predictor's own. */
const FAULTS: ReadonlySet<number> = new Set([
  status.UNKNOWN,
  status.INTERNAL,
  status.DATA_LOSS,
  status.DEADLINE_EXCEEDED,
]);
/** What @grpc/grpc-js itself says of a message that protobufjs cannot read. */
const NOT_READABLE = /deserializ/i;

/** @returns what is wrong with the answer, in words; undefined when it is one that a caller can live with */
export function complaintOf(request: FuzzRequest, outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'abandoned':
      return undefined;
    case 'lost':
      return outcome.why;
    case 'status': {
      const { code, details } = outcome;
      return FAULTS.has(code) && !NOT_READABLE.test(details)
        ? `status ${status[code]}: ${details}`
        : undefined;
    }
    case 'received': {
      const [, code] = STATUS_LINE.exec(outcome.bytes.toString('latin1')) ?? [];
      return code === undefined ? undefined : `status ${code}`;
    }
    case 'answered':
      return complaintOfAnswer(request as HttpRequest, outcome);
  }
}

function complaintOfAnswer(
  { method, path }: HttpRequest,
  { status: code, type, body }: Extract<Outcome, { kind: 'answered' }>,
): string | undefined {
  if (code >= 500) return `status ${code}: ${body.toString().slice(0, 300)}`;
  if (method === 'HEAD' || body.length === 0) return undefined;
  if (type.includes('json') && !type.includes('ndjson'))
    return complaintOfJson(body, code === 200 ? path : '');
  if (code !== 200 || !/^\/(predict|invocations)/.test(path)) return undefined;
  if (type.includes('arrow')) return complaintOfArrow(body);
  return /NaN|Infinity/i.test(body.toString('latin1')) ? 'the answer holds a NaN' : undefined;
}

function complaintOfJson(body: Buffer, scoredPath: string): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString());
  } catch (error) {
    return `not JSON: ${(error as Error).message}`;
  }
  if (scoredPath.startsWith('/predict')) {
    const rows = (Array.isArray(answer) ? answer : [answer]) as { stockout_risk_score: unknown }[];
    return complaintOfScores(rows.map((row) => row.stockout_risk_score));
  }
  if (scoredPath.startsWith('/invocations'))
    return complaintOfScores((answer as { predictions: unknown[] }).predictions);
  return undefined;
}

function complaintOfArrow(body: Buffer): string | undefined {
  return complaintOfScores([...(tableFromIPC(body).getChild('stockout_risk_score') ?? [])]);
}

function complaintOfScores(scores: readonly unknown[]): string | undefined {
  const wrong = scores.find((score) => !(typeof score === 'number' && score >= 0 && score <= 1));
  return scores.every((score) => typeof score === 'number' && score >= 0 && score <= 1)
    ? undefined
    : `a score is ${JSON.stringify(wrong)}`;
}
