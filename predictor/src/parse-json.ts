import type { FieldError } from './features.ts';

/** Text that is not JSON. */
export class NotJsonError extends Error {
  override name = 'NotJsonError';
  /** The field at fault, where one is known. */
  readonly errors: FieldError[];

  constructor(why: string, errors: FieldError[] = []) {
    super(why);
    this.errors = errors;
  }
}

/**
 * JSON.parse whose error names the field, and that passes over the byte order mark which Windows puts in front.
 * @param prefix of the field in the error, where the text is only a part of the body
 * @throws {NotJsonError}
 */
export function parseJson(text: string, prefix = ''): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (prefix === '' && text.startsWith('\uFEFF')) return parseJson(text.slice(1));
    throw explain(text, prefix, (error as Error).message);
  }
}

/** What Python and JavaScript write for numbers that JSON does not have. */
const NO_JSON_NUMBER = /"([A-Za-z_]\w{0,99})"\s*:\s*(-?Infinity|[+-]?NaN)\b/;

function explain(text: string, prefix: string, why: string): NotJsonError {
  if (text.trim() === '') return new NotJsonError(`${prefix || 'it'} is empty`);
  const [, name, literal] = NO_JSON_NUMBER.exec(text) ?? [];
  if (name === undefined) return new NotJsonError(prefix === '' ? why : `${prefix} ${why}`);
  const field = prefix === '' ? name : `${prefix}.${name}`;
  const message = `is ${literal}, which JSON does not have: send a number, or null where it may be missing`;
  return new NotJsonError(`${field} ${message}`, [{ field, message }]);
}
