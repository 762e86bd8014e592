import type { IncomingMessage } from 'node:http';
import { type GoldenReport, goldenRequestSchema } from '@stockout/contracts';
import { reproduce } from '../shadow/reproduce.ts';
import { candidateOf, readRequest } from './admin-request.ts';
import { type Administration, servingOf } from './administration.ts';
import { ProblemError } from './problem.ts';

/** Predictors that ask at this moment: the port has no key, so that what it can be told to do is bounded. */
const asking = new WeakSet<Administration>();

/** `POST /golden`: asks for our golden predictions by the Service that leads to us. @throws {ProblemError} 429 */
export async function askGolden(req: IncomingMessage, of: Administration): Promise<GoldenReport> {
  const { manifest } = servingOf(of).model;
  const request = await readRequest(req, goldenRequestSchema);
  const url = candidateOf(request.url, of);
  if (asking.has(of)) {
    throw new ProblemError(429, 'golden predictions are being asked for already: try again once they are', {
      headers: { 'Retry-After': '1' },
    });
  }
  asking.add(of);
  try {
    return await reproduce({
      manifest,
      key: () => of.aKey(),
      certificate: () => of.aCertificate(),
      deadlineMs: of.goldenDeadlineMs,
      url,
      rows: request.rows,
    });
  } finally {
    asking.delete(of);
  }
}
