import type { ServedPredictor } from '../served-predictor.ts';
import { type FuzzRequest, fuzzRequests } from './fuzz-request.ts';
import { complaintOf } from './judge.ts';
import { type Outcome, Sender } from './send.ts';

export interface Plan {
  seed: number;
  /** The number of the first request. */
  from: number;
  requests: number;
  /** Callers that send at the same time. */
  callers: number;
}

export interface Report {
  /** How many got each status; of a gRPC call its code, of a bare connection `closed`. */
  statuses: Map<string, number>;
  /** Of each HTTP request that was answered, sorted. */
  milliseconds: Float64Array;
  /** Bytes resident, sampled at equal distances from the first request to the last. */
  memory: number[];
  seconds: number;
}

/** A request whose answer nobody should get. */
export class FuzzFailure extends Error {
  override name = 'FuzzFailure';
  readonly number: number;
  readonly request: FuzzRequest;

  constructor(number: number, request: FuzzRequest, complaint: string) {
    super(complaint);
    this.number = number;
    this.request = request;
  }
}

const SAMPLES = 50;

/**
 * Sends the requests of a seed to a predictor, and judges each answer.
 * @param progress called with the number of requests sent, and the bytes resident
 * @throws {FuzzFailure} at the first answer that is wrong
 */
export async function campaign(
  served: ServedPredictor,
  { seed, from, requests, callers }: Plan,
  progress: (sent: number, memory: number) => void = () => {},
): Promise<Report> {
  using sender = new Sender(served);
  const statuses = new Map<string, number>();
  const taken = new Float64Array(requests);
  const memory: number[] = [];
  const every = Math.max(1, Math.floor(requests / SAMPLES));
  let [sent, timed] = [0, 0];
  const began = performance.now();
  const all = fuzzRequests(seed, from, requests);
  const caller = async (): Promise<void> => {
    for (const [number, request] of all) {
      const started = performance.now();
      const outcome = await sender.send(request);
      if (outcome.kind === 'answered') taken[timed++] = performance.now() - started;
      const complaint = complaintOf(request, outcome);
      if (complaint !== undefined) throw new FuzzFailure(number, request, complaint);
      const name = nameOf(outcome);
      statuses.set(name, (statuses.get(name) ?? 0) + 1);
      if (++sent % every > 0) continue;
      const now = await served.memory();
      memory.push(now);
      progress(sent, now);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const seconds = (performance.now() - began) / 1000;
  return { statuses, milliseconds: taken.subarray(0, timed).sort(), memory, seconds };
}

function nameOf(outcome: Outcome): string {
  if (outcome.kind === 'answered') return String(outcome.status);
  if (outcome.kind === 'status') return `gRPC ${outcome.code}`;
  return outcome.kind === 'received' ? 'closed' : outcome.kind;
}

/** @param share from 0 to 1 */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
