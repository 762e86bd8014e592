/** Why an object is refused, as the API server tells it in Status.details.causes. */
export interface Cause {
  /** The field's path, such as spec.gates[0].metric; `<nil>` for the object itself, as the API server has it. */
  field: string;
  reason: Reason;
  message: string;
}

export type Reason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueTypeInvalid'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden';

/** Where the API server tells no field: errors of the object itself, and of anyOf, oneOf, allOf, not. */
export const NO_FIELD = '<nil>';

export function invalid(field: string, value: unknown, message: string): Cause {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${show(value)}: ${message}` };
}

/** As `invalid`, for values that are too large to be shown. */
export function invalidUnshown(field: string, message: string): Cause {
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${message}` };
}

/** The API server shows the name of the type that it found, or the text that has not the asked format. */
export function typeInvalid(field: string, expected: string, found: string): Cause {
  const message = `Invalid value: ${show(found)}: ${field} in body must be of type ${expected}: ${show(found)}`;
  return { field, reason: 'FieldValueTypeInvalid', message };
}

export function required(field: string, message = ''): Cause {
  return {
    field,
    reason: 'FieldValueRequired',
    message: message ? `Required value: ${message}` : 'Required value',
  };
}

export function notSupported(field: string, value: unknown, supported: readonly unknown[]): Cause {
  const list = supported.map((each) => JSON.stringify(String(each))).join(', ');
  const message = `Unsupported value: ${show(value)}: supported values: ${list}`;
  return { field, reason: 'FieldValueNotSupported', message };
}

export function tooLong(field: string, max: number): Cause {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${max} bytes` };
}

export function tooMany(field: string, count: number, max: number): Cause {
  return {
    field,
    reason: 'FieldValueTooMany',
    message: `Too many: ${count}: must have at most ${max} items`,
  };
}

/** Without a value where it is too large to be shown. */
export function duplicate(field: string, value?: unknown): Cause {
  const message = value === undefined ? 'Duplicate value' : `Duplicate value: ${show(value)}`;
  return { field, reason: 'FieldValueDuplicate', message };
}

export function forbidden(field: string, message: string): Cause {
  return { field, reason: 'FieldValueForbidden', message: `Forbidden: ${message}` };
}

/** As Go prints it: lists and objects are encoded for HTML. */
function show(value: unknown): string {
  const text = JSON.stringify(value);
  return typeof value === 'object' ? text.replaceAll(/[<>&]/g, inHtml) : text;
}

function inHtml(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}
