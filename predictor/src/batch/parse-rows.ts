import { type FieldError, WHOLE_BODY } from '../features.ts';
import { NotJsonError, parseJson } from '../parse-json.ts';

const [SPACE, TAB, LINE_FEED, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
const [COMMA, QUOTE, BACKSLASH] = [0x2c, 0x22, 0x5c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const CLOSING = new Set([CLOSE_ARRAY, CLOSE_OBJECT]);
const STRUCTURAL = new Set([COMMA, QUOTE, OPEN_ARRAY, OPEN_OBJECT, ...CLOSING]);
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Text of this size is parsed whatever it holds. */
const SMALL_BYTES = 64 * 1024;
/** Beyond it a row is no row of any model: parsing 64 MB of empty objects takes gigabytes. */
const MOST_VALUES = 10_000;

/** A body that is JSON, and cannot be rows. */
export class NotRowsError extends Error {
  override name = 'NotRowsError';
  readonly errors: FieldError[];

  constructor(first: FieldError, ...more: FieldError[]) {
    super(`${first.field} ${first.message}`);
    this.errors = [first, ...more];
  }
}

/**
 * Parses a JSON array one element at a time. `JSON.parse` of it all would let a caller choose how much memory we
 * take (a heap that overflows ends the process, in a worker thread too), and is no faster.
 * @param parse parses one element; for dialects of JSON
 * @throws {NotJsonError} where JSON.parse would throw
 * @throws {NotRowsError} when it is something else than an array, or an element holds too much to be a row
 */
export function* parseRows(body: Buffer, parse = parseJson): Generator<unknown, void> {
  let at = skipSpace(body, body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0);
  if (body[at] !== OPEN_ARRAY) throw notAnArray(body);
  at = skipSpace(body, at + 1);
  if (body[at] === CLOSE_ARRAY) return checkEnd(body, at + 1);
  for (let index = 0; ; index++) {
    const [row, end] = parseElement(body, at, `[${index}]`, parse);
    yield row;
    at = skipSpace(body, end);
    if (body[at] === CLOSE_ARRAY) return checkEnd(body, at + 1);
    if (body[at] !== COMMA) throw new NotJsonError(`after [${index}] must come a comma or a closing bracket`);
    at = skipSpace(body, at + 1);
  }
}

function parseElement(
  body: Buffer,
  start: number,
  field: string,
  parse: typeof parseJson,
): [element: unknown, end: number] {
  const brace = body[start] === OPEN_OBJECT ? body.indexOf(CLOSE_OBJECT, start) + 1 : 0;
  if (brace > 0 && brace - start <= SMALL_BYTES) {
    // A row is flat, so that it ends at the first brace. Where that one lies inside, this is not JSON: then we look.
    try {
      return [JSON.parse(body.toString('utf8', start, brace)), brace];
    } catch {}
  }
  const end = endOfElement(body, start, field);
  return [parse(body.toString('utf8', start, end), field), end];
}

/** Just behind the element; whether it is JSON is for the parser to say. */
export function endOfElement(body: Buffer, start: number, field: string, mostValues = MOST_VALUES): number {
  let depth = 0;
  let values = 0;
  let at = start;
  for (; at < body.length; at++) {
    const byte = body[at] as number;
    if (!STRUCTURAL.has(byte)) continue;
    if (depth === 0 && (byte === COMMA || CLOSING.has(byte))) return at;
    if (++values > mostValues) {
      throw new NotRowsError({
        field,
        message: `holds more than ${mostValues} values, and a row only the model's features`,
      });
    }
    if (byte === QUOTE) at = endOfString(body, at);
    else if (CLOSING.has(byte)) depth--;
    else if (byte !== COMMA) depth++;
    if (depth === 0 && CLOSING.has(byte)) return at + 1;
  }
  return at;
}

/** The closing quote's place; the end of the body where there is none. */
export function endOfString(body: Buffer, start: number): number {
  for (let quote = body.indexOf(QUOTE, start + 1); quote !== -1; quote = body.indexOf(QUOTE, quote + 1)) {
    let slash = quote;
    while (body[slash - 1] === BACKSLASH) slash--;
    if ((quote - slash) % 2 === 0) return quote;
  }
  return body.length;
}

export function skipSpace(body: Buffer, start: number): number {
  let at = start;
  for (; at < body.length; at++) {
    const byte = body[at];
    if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) break;
  }
  return at;
}

function checkEnd(body: Buffer, end: number): void {
  if (skipSpace(body, end) < body.length) throw new NotJsonError('something follows the closing bracket');
}

function notAnArray(body: Buffer): Error {
  const start = body.toString('utf8', 0, SMALL_BYTES);
  if (body.length <= SMALL_BYTES || !/^[\s\uFEFF]*[{"\-\dtfn]/.test(start)) parseJson(start);
  const message = 'must be an array of rows: POST /predict takes a single one';
  return new NotRowsError({ field: WHOLE_BODY, message });
}
