import type { ValidationRule } from '../definition.ts';
import { type Cause, duplicate, forbidden, invalid, invalidUnshown, NO_FIELD, required } from './cause.ts';
import { evaluate, type Variables } from './cel.ts';

/** What a rule is asked of. */
export interface Judged {
  type: string;
  value: unknown;
  path: string;
  variables: Variables;
  /** The same stood there before. */
  isUnchanged: boolean;
}

export interface Violation {
  cause: Cause;
  /** The value broke the rule before already, and did not change: a warning, not an error. */
  isTolerated: boolean;
}

/** A rule on how a value changes; it is not asked where there is nothing to compare with. */
export function isTransition({ rule }: ValidationRule): boolean {
  return /\boldSelf\b/.test(rule);
}

/** @throws TypeError when the rule cannot be read */
export function judgeRule(
  rule: ValidationRule,
  { type, value, path, variables, isUnchanged }: Judged,
): Violation[] {
  const where = path || NO_FIELD;
  const outcome = evaluate(rule.rule, variables);
  if ('error' in outcome) {
    const cause = invalid(where, type, `${outcome.error} evaluating rule: ${rule.message ?? rule.rule}`);
    return [{ cause, isTolerated: false }];
  }
  if (outcome.value === true) return [];
  const field = rule.fieldPath ? path + rule.fieldPath : where;
  const cause = violated(rule, field, value, messageOf(rule, variables));
  return [{ cause, isTolerated: isUnchanged && !isTransition(rule) }];
}

/** An expression that fails or says nothing falls back to the message. */
function messageOf(rule: ValidationRule, variables: Variables): string {
  const told = rule.messageExpression ? evaluate(rule.messageExpression, variables) : undefined;
  const words = told && 'value' in told ? String(told.value).trim() : '';
  if (words !== '' && !words.includes('\n')) return words;
  return rule.message ?? `failed rule: ${rule.rule}`;
}

function violated(rule: ValidationRule, field: string, value: unknown, message: string): Cause {
  const shown = typeof value === 'object' ? undefined : value;
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return forbidden(field, message);
    case 'FieldValueRequired':
      return required(field, message);
    case 'FieldValueDuplicate':
      return duplicate(field, shown);
    default:
      return shown === undefined ? invalidUnshown(field, message) : invalid(field, shown, message);
  }
}
