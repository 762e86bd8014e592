import type { IncomingMessage } from 'node:http';
import type { Runtime } from '../runtime.ts';
import type { Serving } from '../serving.ts';
import * as problem from './problem.ts';

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;

/**
 * What a scoring request must have before its body is read.
 * @throws {ProblemError} the first thing that is wrong
 */
export function admit(req: IncomingMessage, query: string, limit: number, runtime: Runtime): Serving {
  const { keys, lifecycle, serving } = runtime;
  if (req.method !== 'POST') throw problem.wrongMethod('POST');
  if (serving === undefined) throw problem.unavailable(lifecycle.reason, 5);
  if (keys.required) checkKey(req, runtime);
  if (query !== '') throw new problem.ProblemError(400, 'this path takes no query parameters');
  if (lifecycle.phase === 'closing') throw problem.unavailable(lifecycle.reason, 1);
  const type = req.headers['content-type'];
  if (type !== 'application/json' && !JSON_TYPE.test(type ?? '')) throw problem.wrongType(type);
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw problem.wrongEncoding();
  if (Number(req.headers['content-length'] ?? 0) > limit) throw problem.tooLarge(limit);
  return serving;
}

function checkKey(req: IncomingMessage, { keys }: Runtime): void {
  const shown = req.headers['x-api-key'];
  if (typeof shown !== 'string' || !keys.accepts(shown)) throw problem.missingKey();
}
