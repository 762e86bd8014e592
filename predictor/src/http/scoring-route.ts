import type { Serving } from '../serving.ts';
import type { Exchange } from './exchange.ts';
import type { ProblemError } from './problem.ts';
import type { QueryParameters } from './query.ts';

/** What is known of a request before its body is read. */
export interface RouteRequest<Query extends object = object> {
  /** What stands in the place of each `{name}` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The body's media type: one of the route's `types`. Empty where the route has no body. */
  readonly type: string;
  readonly query: Query;
}

interface RouteShape<Query extends object> {
  /** Exact paths, or patterns such as `/v2/models/{model}/infer`. They are the route's names in metrics. */
  readonly paths: readonly string[];
  /** GET answers HEAD too. */
  readonly method: 'GET' | 'POST';
  /** Media types of the body; none for GET. Text in another charset than UTF-8 is refused. */
  readonly types?: readonly string[];
  /** What a body without a Content-Type is taken for; without this it is refused. */
  readonly untyped?: string;
  /** Parameters that the path takes behind the question mark; none by default. */
  readonly query?: QueryParameters<Query>;
  /** Whatever stands behind the question mark is passed over. */
  readonly anyQuery?: true;
  /** Bytes of the body at the most: a larger Content-Length is refused at once. Default: no limit. */
  readonly limit?: number;
  /** The media type of problems on this route, where its protocol's clients read another than the usual one. */
  readonly problemType?: string;
  /** Further members of a problem on this route, as the clients of its protocol expect them (RFC 9457 3.2). */
  problemMembers?(problem: ProblemError): Record<string, string>;
}

/**
 * A route that scores: behind the key, and only while a version is served. `answer` ends in one of the exchange's
 * answers, now or later; what it throws becomes a problem. To add one: a file of its own, and a line in
 * scoring-routes.ts.
 */
export interface ScoringRoute<Query extends object = object> extends RouteShape<Query> {
  readonly open?: false;
  /** Whether who knows the version's golden predictions is let in by its golden key too. */
  readonly goldenKey?: true;
  answer(exchange: Exchange, serving: Serving, request: RouteRequest<Query>): void;
}

/** A route that anybody may read at any time, as a protocol's health and metadata: no key, perhaps no version yet. */
export interface OpenRoute<Query extends object = object> extends RouteShape<Query> {
  readonly open: true;
  readonly goldenKey?: never;
  answer(exchange: Exchange, serving: Serving | undefined, request: RouteRequest<Query>): void;
}

export type Route = ScoringRoute | OpenRoute;
