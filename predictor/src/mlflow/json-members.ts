import { endOfElement, skipSpace } from '../batch/parse-rows.ts';
import { NotJsonError, parseJson } from '../parse-json.ts';

const [OPEN, CLOSE, QUOTE, COLON, COMMA] = [0x7b, 0x7d, 0x22, 0x3a, 0x2c];

/** Where the members of a JSON object lie, unparsed; undefined when it is no object. The last of one name counts. */
export function membersOf(json: Buffer): Map<string, Buffer> | undefined {
  let at = skipSpace(json, 0);
  if (json[at] !== OPEN) return undefined;
  const members = new Map<string, Buffer>();
  at = skipSpace(json, at + 1);
  if (json[at] === CLOSE) return ended(json, at, members);
  for (;;) {
    if (json[at] !== QUOTE) throw new NotJsonError('a name in quotes must stand in front of each member');
    const colon = nameEnd(json, at);
    const name = parseJson(json.toString('utf8', at, colon), 'a name') as string;
    if (json[skipSpace(json, colon)] !== COLON) throw new NotJsonError(`a colon must follow ${shown(name)}`);
    const start = skipSpace(json, skipSpace(json, colon) + 1);
    const end = endOfElement(json, start, name, Infinity);
    members.set(name, json.subarray(start, end));
    at = skipSpace(json, end);
    if (json[at] === CLOSE) return ended(json, at, members);
    if (json[at] !== COMMA)
      throw new NotJsonError(`after ${shown(name)} must come a comma or a closing brace`);
    at = skipSpace(json, at + 1);
  }
}

/** Just behind the closing quote. */
function nameEnd(json: Buffer, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === 0x5c ? 2 : 1;
  return Math.min(at + 1, json.length);
}

function ended(json: Buffer, brace: number, members: Map<string, Buffer>): Map<string, Buffer> {
  if (skipSpace(json, brace + 1) < json.length) throw new NotJsonError('something follows the closing brace');
  return members;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
