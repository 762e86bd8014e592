import { STATUS_CODES } from 'node:http';
import type { Problem } from '@stockout/contracts';
import type { FieldError } from '../features.ts';

export const PROBLEM_TYPE = 'application/problem+json';

interface Details {
  headers?: Record<string, string>;
  errors?: FieldError[];
}

/** An answer other than the one asked for (RFC 9457). Its detail says what to do. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly errors: FieldError[] | undefined;

  constructor(status: number, detail: string, { headers = {}, errors }: Details = {}) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.errors = errors;
  }

  /** @param members further ones, which a protocol's clients look for */
  toProblem(members: Record<string, string> = {}): Problem {
    const title = STATUS_CODES[this.status] ?? 'Error';
    const errors = this.errors === undefined ? {} : { errors: this.errors };
    return { type: 'about:blank', title, status: this.status, detail: this.message, ...errors, ...members };
  }
}

export const notJson = (why: string, errors: FieldError[]): ProblemError =>
  new ProblemError(400, `the body is not JSON: ${why}`, errors.length === 0 ? {} : { errors });

/** @param what it should have been, as CSV */
export const unreadable = (what: string, why: string): ProblemError =>
  new ProblemError(400, `the body is not ${what}: ${why}`);

export const noSuchPath = (): ProblemError =>
  new ProblemError(404, 'nothing is served here: GET /docs lists what is');

export const wrongMethod = (allow: string): ProblemError =>
  new ProblemError(405, `this path takes ${allow}`, { headers: { Allow: allow } });

export const tooLarge = (limit: number): ProblemError =>
  new ProblemError(
    413,
    `the body is larger than the ${limit} bytes that this path takes: ` +
      'send a single row to /predict, or fewer rows at a time to /predict/batch',
  );

export const wrongType = (type: string | undefined, types: readonly string[]): ProblemError => {
  const found = type === undefined ? 'and the request has none' : `not ${type.slice(0, 100)}`;
  return new ProblemError(415, `the Content-Type must be ${types.join(' or ')} in UTF-8, ${found}`, {
    headers: { Accept: types.join(', ') },
  });
};

export const wrongEncoding = (): ProblemError =>
  new ProblemError(415, 'send the body without a Content-Encoding', {
    headers: { 'Accept-Encoding': 'identity' },
  });

export const wrongFields = (errors: FieldError[]): ProblemError => {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const detail = first === undefined ? 'the row is not valid' : `${first.field} ${first.message}${more}`;
  return new ProblemError(422, detail, { errors });
};

export const unavailable = (why: string, seconds: number): ProblemError =>
  new ProblemError(503, why, { headers: { 'Retry-After': String(seconds) } });

/** More than is scored at one time: callers wait, and try again. */
export const tooMany = (why: string, seconds: number): ProblemError =>
  new ProblemError(429, why, { headers: { 'Retry-After': String(seconds) } });
