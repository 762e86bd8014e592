import type { Condition } from '@stockout/contracts';
import { quoteLiteral } from '@stockout/features';

const OPERATORS = { above: '>', atLeast: '>=', below: '<', atMost: '<=', equals: '=' } as const;
const WORDS = { above: 'above', atLeast: 'at least', below: 'below', atMost: 'at most', equals: 'equal to' };
type Test = Condition['test'];
const TESTS = Object.keys(OPERATORS) as Test[];

/** @param spec a column with exactly one of the tests, as the CRD's schema demands */
export function conditionOf(spec: { column: string } & Partial<Record<Test, string>>): Condition {
  const test = TESTS.find((name) => spec[name] !== undefined) ?? 'above';
  return { test, bound: spec[test] ?? '0' };
}

/** 1 where a number meets it, 0 where it does not, null where it is not known. */
export function conditionSql({ test, bound }: Condition, number: string): string {
  return `CAST(${number} ${OPERATORS[test]} CAST(${quoteLiteral(bound)} AS DOUBLE) AS INTEGER)`;
}

export function describeCondition({ test, bound }: Condition): string {
  return `${WORDS[test]} ${bound}`;
}
