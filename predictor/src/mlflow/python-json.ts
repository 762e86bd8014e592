import { parseJson } from '../parse-json.ts';

const STRING_OR_LITERAL = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * JSON as Python's json module writes it, and MLflow's clients with it: NaN, which a pandas frame has where a value is
 * missing, is null. Infinity stays more than any number.
 * @throws {NotJsonError}
 */
export function parsePythonJson(text: string, prefix = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parseJson(text.replace(STRING_OR_LITERAL, asJson), prefix);
  }
}

function asJson(token: string): string {
  if (token.startsWith('"')) return token;
  return token.endsWith('NaN') ? 'null' : token.replace('Infinity', '1e999');
}
