import { badRequest } from '../api/api-error.ts';
import type { KubeObject } from '../types.ts';
import type { Resource } from './resource.ts';

export type Matches = (object: KubeObject) => boolean;

interface Requirement {
  key: string;
  operator: 'DoesNotExist' | 'Exists' | 'In' | 'NotIn';
  values: string[];
}

/** The selector inside a spec: matchLabels and matchExpressions. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

const SET_BASED = /^(?<key>[^\s,!=()]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/;
const EQUALITY = /^(?<key>[^\s,!=()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^\s,!=()]*)$/;

/** `app=web,tier!=db,env in (a, b),!canary`. @throws ApiError 400 on what is none of these */
export function labelSelector(text: string | undefined): Matches {
  if (!text) return () => true;
  const requirements = splitOutsideParentheses(text).map((part) => requirement(part.trim(), text));
  return ({ metadata }) => requirements.every((one) => holds(one, metadata.labels ?? {}));
}

export function matchesSelector(
  selector: LabelSelector | undefined,
  labels: Record<string, string>,
): boolean {
  if (!selector) return false;
  const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return (
    exact &&
    (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) =>
      holds({ key, operator: operator as Requirement['operator'], values }, labels),
    )
  );
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/);
}

function requirement(part: string, whole: string): Requirement {
  const set = SET_BASED.exec(part)?.groups;
  if (set) {
    const values = (set.values ?? '').split(',').map((value) => value.trim());
    return { key: set.key ?? '', operator: set.operator === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = EQUALITY.exec(part)?.groups;
  if (equality) {
    const { key = '', operator, value = '' } = equality;
    return { key, operator: operator === '!=' ? 'NotIn' : 'In', values: [value] };
  }
  const absent = part.startsWith('!');
  const key = absent ? part.slice(1).trim() : part;
  if (!/^[A-Za-z0-9._/-]+$/.test(key)) throw badRequest(`unable to parse requirement: ${whole}`);
  return { key, operator: absent ? 'DoesNotExist' : 'Exists', values: [] };
}

function holds({ key, operator, values }: Requirement, labels: Record<string, string>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const among = value !== undefined && values.includes(value);
  return operator === 'In' ? among : !among;
}

/** `metadata.name=a,status.phase!=Running`. @throws ApiError 400 on a field the kind does not offer */
export function fieldSelector(text: string | undefined, resource: Resource): Matches {
  if (!text) return () => true;
  const terms = text.split(',').map((part) => {
    const {
      field = '',
      operator,
      value = '',
    } = /^(?<field>[^=!]+)(?<operator>==|=|!=)(?<value>.*)$/.exec(part)?.groups ?? {};
    if (field === '') throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    return { read: reader(field, resource), value, wanted: operator !== '!=' };
  });
  return (object) => terms.every(({ read, value, wanted }) => (read(object) === value) === wanted);
}

function reader(field: string, resource: Resource): (object: KubeObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? '';
  const known = resource.selectable[field];
  if (known) return known;
  if (resource.custom || Object.keys(resource.selectable).length > 0) {
    throw badRequest(`field label not supported: ${field}`);
  }
  throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}
