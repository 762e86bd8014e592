import { absentQuery } from './query.ts';
import type { Route } from './scoring-route.ts';

/** A route, as one of its paths found it. */
export interface Match {
  readonly route: Route;
  /** The path as the route wrote it. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** What the route gets without a query. */
  readonly noQuery: object;
}

interface Pattern {
  readonly expression: RegExp;
  readonly match: Match;
}

const PARAMETER = /\{(\w+)\}/g;

/** Finds routes by path: one look-up for an exact path, then the patterns in their order. */
export class RouteTable {
  readonly #exact = new Map<string, Match>();
  readonly #patterns: Pattern[] = [];

  constructor(routes: readonly Route[]) {
    for (const route of routes) for (const path of route.paths) this.#add(path, route);
  }

  find(path: string): Match | undefined {
    return this.#exact.get(path) ?? this.#findPattern(path);
  }

  #add(path: string, route: Route): void {
    if (this.find(path) !== undefined) throw new Error(`two routes have the path ${path}`);
    const match = { route, path, params: {}, noQuery: absentQuery<object>(route.query ?? {}) };
    if (path.includes('{')) this.#patterns.push({ expression: expressionOf(path), match });
    else this.#exact.set(path, match);
  }

  #findPattern(path: string): Match | undefined {
    for (const { expression, match } of this.#patterns) {
      const found = expression.exec(path)?.groups;
      if (found === undefined) continue;
      const params = Object.entries(found).map(([name, text]) => [name, decode(text)]);
      return { ...match, params: Object.fromEntries(params) as Record<string, string> };
    }
    return undefined;
  }
}

function expressionOf(path: string): RegExp {
  const escaped = path.replace(/[.+*?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(PARAMETER, '(?<$1>[^/]+)')}$`);
}

/** What is wrongly encoded stays as it is: nothing has that name. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
