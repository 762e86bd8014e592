import { endOfString } from '../batch/parse-rows.ts';

const [QUOTE, COLON, COMMA] = [0x22, 0x3a, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const [SPACE, TAB, LINE_FEED, RETURN] = [0x20, 0x09, 0x0a, 0x0d];
/** How deep a request's members lie: the request's own in its braces, an input's in those, its array, and its own. */
const [IN_REQUEST, IN_INPUTS, IN_INPUT] = [1, 2, 3];

/** An inference request without its numbers. */
export interface CutRequest {
  /** JSON, with null where the data was. */
  head: string;
  /** The data array of each input, by the input's place. */
  data: Map<number, Buffer>;
}

/**
 * Cuts the `data` arrays out of the JSON of an inference request. What is left is small, so that JSON.parse may see
 * it, and JSON exactly when the whole was (but for what lies in the arrays, which their reader checks).
 */
export function cutData(body: Buffer): CutRequest {
  const data = new Map<number, Buffer>();
  const head: string[] = [];
  let copied = 0;
  let depth = 0;
  let input = 0;
  let inInputs = false;
  /** The last string, and whether nothing but a colon came after it. */
  let key: string | undefined;
  let valueNext = false;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === SPACE || byte === LINE_FEED || byte === RETURN || byte === TAB) continue;
    const isValue = valueNext;
    valueNext = byte === COLON;
    if (byte === QUOTE) {
      const end = endOfString(body, at);
      key = depth === IN_REQUEST || depth === IN_INPUT ? body.toString('latin1', at + 1, end) : undefined;
      at = end;
    } else if (byte === OPEN_ARRAY && isValue && inInputs && depth === IN_INPUT && key === 'data') {
      const end = endOfArray(body, at);
      head.push(body.toString('utf8', copied, at), 'null');
      data.set(input, body.subarray(at, end));
      copied = end;
      at = end - 1;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (depth++ === IN_REQUEST) {
        inInputs = byte === OPEN_ARRAY && isValue && key === 'inputs';
        // Of two members of one name JSON.parse takes the last.
        if (inInputs) data.clear();
        input = 0;
      }
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
    else if (byte === COMMA && depth === IN_INPUTS) input++;
  }
  head.push(body.toString('utf8', copied));
  return { head: head.join(''), data };
}

/** Just behind the closing bracket, or the end of what does not close. */
function endOfArray(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_ARRAY && --depth === 0) return at + 1;
  }
  return body.length;
}
