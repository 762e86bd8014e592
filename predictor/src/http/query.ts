import { ProblemError, wrongFields } from './problem.ts';

/** One parameter behind the question mark of a route. */
interface QueryParameter<Value> {
  /** Its value where the caller leaves it out. */
  readonly absent: Value;
  /** What it takes, in words that follow "must be". */
  readonly takes: string;
  /** @returns undefined for a text that it does not take */
  parse(text: string): Value | undefined;
}

export type QueryParameters<Query extends object> = {
  readonly [Name in keyof Query]: QueryParameter<Query[Name]>;
};

/** What a route gets when the caller sends no query. */
export function absentQuery<Query extends object>(parameters: QueryParameters<Query>): Query {
  const entries = Object.entries<QueryParameter<unknown>>(parameters);
  return Object.freeze(Object.fromEntries(entries.map(([name, { absent }]) => [name, absent]))) as Query;
}

/**
 * @param text behind the question mark
 * @throws {ProblemError} 400 for a parameter that the route does not know or that is sent twice, 422 for a value
 *   that it does not take
 */
export function readQuery<Query extends object>(text: string, parameters: QueryParameters<Query>): Query {
  const query: Record<string, unknown> = { ...absentQuery<object>(parameters) };
  const known = parameters as Readonly<Record<string, QueryParameter<unknown>>>;
  const seen = new Set<string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (!Object.hasOwn(known, name)) throw unknownParameter(Object.keys(known));
    if (seen.has(name)) throw new ProblemError(400, `the query parameter ${name} is there twice`);
    seen.add(name);
    query[name] = valueOf(name, value, known[name] as QueryParameter<unknown>);
  }
  return query as Query;
}

function valueOf(name: string, text: string, parameter: QueryParameter<unknown>): unknown {
  const value = parameter.parse(text);
  if (value !== undefined) return value;
  throw wrongFields([{ field: `?${name}`, message: `must be ${parameter.takes}` }]);
}

function unknownParameter(known: string[]): ProblemError {
  const takes = known.length === 0 ? 'no query parameters' : `only the query parameters ${known.join(', ')}`;
  return new ProblemError(400, `this path takes ${takes}`);
}
