import { admit } from '../admission/index.ts';
import { isObject, type JsonObject } from '../admission/json.ts';
import { API_VERSION, GROUP, readDefinitions, schemaOf } from '../definitions.ts';
import { type Problem, problemsIn } from './problems.ts';

interface Judged {
  object?: JsonObject;
  problems: Problem[];
}

const schemas = new Map(
  readDefinitions().map((definition) => [definition.spec.names.kind, schemaOf(definition)]),
);
const KINDS = [...schemas.keys()].join(' or ');

/** The objects of a document: of a `kind: List`, as kubectl prints several objects, each of its items. */
export function judgeAll(value: unknown): Judged[] {
  if (!isObject(value) || value['kind'] !== 'List' || value['apiVersion'] !== 'v1') return [judge(value)];
  const { items } = value;
  if (!Array.isArray(items)) return [wrong('items', 'Required value: the objects of the List')];
  return items.map((item, index) => {
    const { problems, ...judged } = judge(item);
    const inList = problems.map(({ field, message }) => ({
      field: field === '' ? `items[${index}]` : `items[${index}].${field}`,
      message,
    }));
    return { ...judged, problems: inList };
  });
}

/** One object of ours as it would be stored, whatever status it is given; or nothing, or what is wrong with it. */
function judge(value: unknown): Judged {
  if (value === null) return { problems: [] };
  if (!isObject(value))
    return wrong('', `must be a Kubernetes object, with apiVersion ${API_VERSION} and a kind`);
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string') return wrong('apiVersion', `Required value: ${API_VERSION}`);
  if (typeof kind !== 'string') return wrong('kind', `Required value: ${KINDS}`);
  if (!apiVersion.startsWith(`${GROUP}/`)) return { problems: [] };
  if (apiVersion !== API_VERSION)
    return wrong('apiVersion', `${apiVersion} is not known, use ${API_VERSION}`);
  const schema = schemas.get(kind);
  if (schema === undefined) return wrong('kind', `${kind} is not known, use ${KINDS}`);
  const { status: _, ...given } = value;
  const named = withNamespace(given);
  if (named === undefined) return wrong('metadata.name', 'Required value: give the object a name');
  const admission = admit(schema, named);
  return { object: admission.object, problems: problemsIn(admission) };
}

function withNamespace(value: JsonObject): JsonObject | undefined {
  const { metadata } = value;
  if (!isObject(metadata) || typeof metadata['name'] !== 'string') return undefined;
  return { ...value, metadata: { ...metadata, namespace: metadata['namespace'] ?? 'default' } };
}

function wrong(field: string, message: string): Judged {
  return { problems: [{ field, message }] };
}
