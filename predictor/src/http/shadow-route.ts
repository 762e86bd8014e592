import type { IncomingMessage } from 'node:http';
import { type ShadowReport, shadowRequestSchema } from '@stockout/contracts';
import { candidateOf, readRequest } from './admin-request.ts';
import { type Administration, servingOf } from './administration.ts';
import { ProblemError, unavailable } from './problem.ts';

/** `GET /shadow`. @throws {ProblemError} 404 where no comparison is on */
export async function readShadow(of: Administration): Promise<ShadowReport> {
  servingOf(of);
  const report = await of.shadow();
  if (report === undefined) throw new ProblemError(404, 'nothing is compared: PUT /shadow begins it');
  return report;
}

/** `PUT /shadow`: begins a comparison, or goes on with the one of the same id. */
export async function putShadow(req: IncomingMessage, of: Administration): Promise<ShadowReport> {
  servingOf(of);
  const request = await readRequest(req, shadowRequestSchema);
  const url = candidateOf(request.url, of);
  const goldenKey = await of.candidateKey(request.version);
  const { phase, reason } = of.lifecycle;
  if (phase === 'draining' || phase === 'closing') throw unavailable(reason, 1);
  await of.startShadow(request, url, goldenKey);
  return readShadow(of);
}

/** `DELETE /shadow`: ends it, whatever its id; what was learned is gone. */
export async function deleteShadow(of: Administration): Promise<void> {
  servingOf(of);
  await of.stopShadow();
}
