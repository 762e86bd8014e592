import type { IncomingMessage } from 'node:http';
import { type ShadowReport, type ShadowRequest, shadowRequestSchema } from '@stockout/contracts';
import type { FieldError } from '../features.ts';
import { parseJson } from '../parse-json.ts';
import { candidateUrl } from '../shadow/candidate-url.ts';
import { type Administration, servingOf } from './administration.ts';
import { notJson, ProblemError, tooLarge, unavailable, wrongFields, wrongType } from './problem.ts';
import { readBody } from './read-body.ts';

/** Several times what the longest names take. */
const MOST_BYTES = 4096;

/** `GET /shadow`. @throws {ProblemError} 404 where no comparison is on */
export async function readShadow(of: Administration): Promise<ShadowReport> {
  servingOf(of);
  const report = await of.shadow();
  if (report === undefined) throw new ProblemError(404, 'nothing is compared: PUT /shadow begins it');
  return report;
}

/** `PUT /shadow`: begins a comparison, or goes on with the one of the same id. */
export async function putShadow(req: IncomingMessage, of: Administration): Promise<ShadowReport> {
  const { manifest } = servingOf(of).model;
  const type = req.headers['content-type'];
  // No page of a browser sends this type to another origin unasked.
  if (!/^application\/json\b/i.test(type ?? '')) throw wrongType(type, ['application/json']);
  const request = parseRequest(await readText(req));
  const url = candidateUrl(request.url, manifest, of.host);
  if (typeof url === 'string') throw wrongFields([{ field: 'url', message: url }]);
  const { phase, reason } = of.lifecycle;
  if (phase === 'draining' || phase === 'closing') throw unavailable(reason, 1);
  await of.startShadow(request, url);
  return readShadow(of);
}

/** `DELETE /shadow`: ends it, whatever its id; what was learned is gone. */
export async function deleteShadow(of: Administration): Promise<void> {
  servingOf(of);
  await of.stopShadow();
}

function parseRequest(text: string): ShadowRequest {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch (error) {
    throw notJson((error as Error).message, []);
  }
  const parsed = shadowRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors: FieldError[] = parsed.error.issues.map(({ path, message }) => ({
    field: path.join('.') || '(body)',
    message,
  }));
  throw wrongFields(errors);
}

function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    req.once('error', reject);
    readBody(req, {
      keep: (_, total) => {
        if (total > MOST_BYTES) reject(tooLarge(MOST_BYTES));
        return total <= MOST_BYTES;
      },
      done: (body) => resolve(body.toString()),
    });
  });
}
