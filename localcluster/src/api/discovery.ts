import type { Resource } from '../registry/resource.ts';

const READ_WRITE = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

export const aggregatedType = AGGREGATED;

/** kubectl asks for all groups at once. */
export function wantsAggregated(accept: string | undefined): boolean {
  return (accept ?? '')
    .split(',')
    .some((one) => one.includes('apidiscovery.k8s.io') && one.includes('v=v2;'));
}

interface Subresource {
  name: string;
  kind: string;
  group?: string;
  version?: string;
  verbs: string[];
}

function subresourcesOf({ kind, group, hasStatus, scale }: Resource): Subresource[] {
  const verbs = ['get', 'patch', 'update'];
  const result: Subresource[] = [];
  if (hasStatus) result.push({ name: 'status', kind, verbs });
  if (scale) result.push({ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs });
  if (kind === 'Pod' && group === '') {
    result.push(
      { name: 'binding', kind: 'Binding', verbs: ['create'] },
      { name: 'log', kind, verbs: ['get'] },
    );
  }
  return result;
}

/** APIGroupDiscoveryList for /api (the core group) or /apis (all others). */
export function aggregatedDiscovery(resources: Resource[], core: boolean): object {
  const groups = Object.groupBy(
    resources.filter(({ group }) => (group === '') === core),
    ({ group }) => group,
  );
  const items = Object.entries(groups).map(([name, members = []]) => ({
    metadata: core ? {} : { name },
    versions: versionsOf(members).map((version) => ({
      version,
      resources: members.filter((one) => one.version === version).map(aggregated),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregated(resource: Resource): object {
  const { plural, singular, shortNames, categories, group, version, kind, namespaced } = resource;
  const subresources = subresourcesOf(resource).map((one) => ({
    subresource: one.name,
    responseKind: { group: one.group ?? group, version: one.version ?? version, kind: one.kind },
    verbs: one.verbs,
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs: READ_WRITE,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

function versionsOf(resources: Resource[]): string[] {
  return [...new Set(resources.map(({ version }) => version))];
}

export function apiGroup(name: string, resources: Resource[]): object {
  const versions = versionsOf(resources.filter(({ group }) => group === name)).map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
}

export function apiGroupList(resources: Resource[]): object {
  const names = [...new Set(resources.map(({ group }) => group))].filter((name) => name !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => apiGroup(name, resources)) };
}

/** APIResourceList of one group and version, for clients that ask group by group. */
export function apiResourceList(groupVersion: string, resources: Resource[]): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: resources.flatMap((resource) => {
      const { plural, singular, namespaced, kind, shortNames, categories } = resource;
      const whole = {
        name: plural,
        singularName: singular,
        namespaced,
        kind,
        verbs: READ_WRITE,
        ...(shortNames.length > 0 ? { shortNames } : {}),
        ...(categories.length > 0 ? { categories } : {}),
      };
      const parts = subresourcesOf(resource).map(({ name, ...one }) => ({
        name: `${plural}/${name}`,
        singularName: '',
        namespaced,
        ...one,
      }));
      return [whole, ...parts];
    }),
  };
}
