import { kubernetes } from '../schema/kubernetes.ts';
import { apiVersionOf, type Resource } from '../registry/resource.ts';

const PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty'].map((name) => ({
  name,
  in: 'query',
  schema: { type: 'string' },
}));

const pathOf = ({ group, version }: Resource): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

/** The index: which group and version has its document where. */
export function openApiIndex(resources: Resource[]): object {
  const paths = [...new Set(resources.map(pathOf))].map((path) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/**
 * One group and version's document: what `kubectl apply` needs to know that the server validates fields, and
 * `kubectl explain` to explain them.
 */
export function openApiDocument(path: string, resources: Resource[]): object | undefined {
  const members = resources.filter((resource) => pathOf(resource) === path);
  if (members.length === 0) return undefined;
  const custom = members.filter((resource) => resource.custom);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetes.version },
    paths: Object.fromEntries(members.flatMap(pathsOf)),
    components: { schemas: { ...referenced(members), ...Object.fromEntries(custom.map(customSchema)) } },
  };
}

function pathsOf(resource: Resource): [string, object][] {
  const { group, version, kind, plural, namespaced } = resource;
  const collection = `/${pathOf(resource)}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
  const operation = {
    parameters: PARAMETERS,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
  return [
    [collection, { get: operation, post: operation }],
    [`${collection}/{name}`, { get: operation, put: operation, patch: operation, delete: operation }],
  ];
}

function customSchema(resource: Resource): [string, object] {
  const { group, version, kind, schema } = resource;
  const name = [...group.split('.').toReversed(), version, kind].join('.');
  return [name, { ...schema, 'x-kubernetes-group-version-kind': [{ group, version, kind }] }];
}

/** The schemas that these kinds use, and those that they use. */
function referenced(members: Resource[]): Record<string, object> {
  const found: Record<string, object> = {};
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/([\w.-]+)/g)) add(name);
  };
  const add = (name: string): void => {
    const schema = kubernetes.schemas[name];
    if (!schema || found[name]) return;
    found[name] = schema;
    visit(JSON.stringify(schema));
  };
  for (const member of members) {
    if (member.custom) visit(JSON.stringify(member.schema));
    else add(kubernetes.kinds[`${apiVersionOf(member)}/${member.kind}`] ?? '');
  }
  return found;
}
