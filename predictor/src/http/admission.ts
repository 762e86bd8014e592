import type { IncomingMessage } from 'node:http';
import { GOLDEN_KEY_HEADER } from '../auth/golden-key.ts';
import type { Runtime } from '../runtime.ts';
import { mediaTypeOf } from './media-type.ts';
import * as problem from './problem.ts';
import { readQuery } from './query.ts';
import type { Match } from './route-table.ts';
import type { Route, RouteRequest } from './scoring-route.ts';

/**
 * What a request must have before its body is read, besides a method and a caller.
 * @param query the text behind the question mark
 * @throws {ProblemError} the first thing that is wrong
 */
export function admitRequest(
  req: IncomingMessage,
  match: Match,
  query: string,
  runtime: Runtime,
): RouteRequest {
  const { route, params } = match;
  const { lifecycle } = runtime;
  const unread = query === '' || route.anyQuery === true;
  const values = unread ? match.noQuery : readQuery<object>(query, route.query ?? {});
  if (lifecycle.phase === 'closing') throw problem.unavailable(lifecycle.reason, 1);
  const type = route.types === undefined ? '' : typeOf(req, route, route.types);
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw problem.wrongEncoding();
  const { limit } = route;
  if (limit !== undefined && Number(req.headers['content-length'] ?? 0) > limit)
    throw problem.tooLarge(limit);
  return { params, type, query: values };
}

/** @throws {ProblemError} 405 */
export function checkMethod({ method }: IncomingMessage, route: Route): void {
  if (method === route.method || (method === 'HEAD' && route.method === 'GET')) return;
  throw problem.wrongMethod(route.method === 'GET' ? 'GET, HEAD' : route.method);
}

/**
 * Lets the caller in, at once or, with a token that is new, when that is known.
 * @param query the text behind the question mark
 * @throws {ProblemError} 401, 429 or 503; the promise rejects with them too
 */
export function admitCaller(
  req: IncomingMessage,
  route: Route,
  query: string,
  { gate, lifecycle, serving }: Runtime,
): Promise<void> | undefined {
  if (serving === undefined) throw problem.unavailable(lifecycle.reason, 5);
  // Predictors that compare this one with themselves: no caller, and none whose requests are limited. They ask for scores
  // and no more; an explanation, which takes ten times as long, is for callers.
  const { goldenKey } = serving.model;
  if (route.goldenKey === true && query === '' && goldenKey.opens(req.headers[GOLDEN_KEY_HEADER]))
    return undefined;
  return gate.admit(req.headers['x-api-key'], req.headers.authorization);
}

function typeOf(req: IncomingMessage, route: Route, types: readonly string[]): string {
  const header = req.headers['content-type'] ?? route.untyped;
  // As nearly all callers write it.
  if (header !== undefined && types.includes(header)) return header;
  const type = header === undefined ? undefined : mediaTypeOf(header);
  if (type === undefined || !types.includes(type)) throw problem.wrongType(header, types);
  return type;
}
