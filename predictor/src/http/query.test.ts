import { describe, expect, it } from 'vitest';
import { ProblemError } from './problem.ts';
import { absentQuery, type QueryParameters, readQuery } from './query.ts';

const PARAMETERS: QueryParameters<{ top: number; loud: boolean }> = {
  top: { absent: 3, takes: 'a digit', parse: (text) => (/^\d$/.test(text) ? Number(text) : undefined) },
  loud: { absent: false, takes: 'true', parse: (text) => text === 'true' || undefined },
};

function refusal(text: string): unknown {
  try {
    return readQuery(text, PARAMETERS);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return [error.status, error.message];
  }
}

describe('the query of a route', () => {
  it('is read into typed values, what is absent as the route says', () => {
    expect(readQuery('top=7', PARAMETERS)).toEqual({ top: 7, loud: false });
    expect(readQuery('loud=true&', PARAMETERS)).toEqual({ top: 3, loud: true });
    expect(absentQuery(PARAMETERS)).toEqual({ top: 3, loud: false });
  });

  it.each([
    ['an unknown parameter', 'bottom=1', 400, 'this path takes only the query parameters top, loud'],
    ['a name of every object', '__proto__=1', 400, 'this path takes only the query parameters top, loud'],
    ['a parameter that is there twice', 'top=1&top=2', 400, 'the query parameter top is there twice'],
    ['a wrong value', 'top=x', 422, '?top must be a digit'],
  ])('is refused for %s', (_, text, status, detail) => {
    expect(refusal(text)).toEqual([status, detail]);
  });
});
