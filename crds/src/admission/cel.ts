import {
  celEnv,
  celFunc,
  type CelInput,
  CelScalar,
  type CelResult,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

export interface Variables {
  self: CelInput;
  /** Absent where there is nothing to compare with. */
  oldSelf?: CelInput;
}

/** The value of an expression, or the error that its evaluation ends in, in the API server's words. */
export type Outcome = { value: unknown } | { error: string };

// What Kubernetes has beyond this (quantities, URLs, IPs, CIDRs, semver, optionals) no rule of ours uses.
const env = celEnv({
  funcs: [...strings, celFunc('double', [CelScalar.STRING], CelScalar.DOUBLE, toDouble)],
});
const programs = new Map<string, (variables: Record<string, CelInput>) => CelResult>();

/** @throws TypeError when the expression cannot be read */
export function evaluate(expression: string, { self, oldSelf }: Variables): Outcome {
  const result = programOf(expression)(oldSelf === undefined ? { self } : { self, oldSelf });
  return isCelError(result) ? { error: inServersWords(result.message) } : { value: result };
}

function programOf(expression: string) {
  let program = programs.get(expression);
  if (program === undefined) {
    program = plan(env, readable(expression));
    programs.set(expression, program);
  }
  return program;
}

function readable(expression: string) {
  try {
    return parse(expression);
  } catch (error) {
    throw new TypeError(`CEL rule cannot be read: ${expression}: ${String(error)}`, { cause: error });
  }
}

/** The library's own takes '' for 0 and 'a' for NaN, where the API server's ends in an error. */
function toDouble(text: string): number {
  if (/^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  throw new TypeError("type conversion error from 'string' to 'double'");
}

const SERVERS_WORDS: readonly [RegExp, string][] = [
  [/^int divide by zero$/, 'division by zero'],
  [/^field not found: (.*)$/, 'no such key: $1'],
  [/^index (\d+) out of bounds.*$/, 'index out of bounds: $1'],
];

function inServersWords(message: string): string {
  return SERVERS_WORDS.reduce((text, [theirs, servers]) => text.replace(theirs, servers), message);
}
