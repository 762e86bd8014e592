import type { IncomingMessage } from 'node:http';
import { apiVersionOf, type Resource } from '../registry/resource.ts';
import type { KubeObject } from '../types.ts';

/** How the client wants objects: as they are, or as rows of a table (what `kubectl get` asks for). */
export interface Representation {
  table: boolean;
  /** includeObject of tables: the whole object in each row, its metadata, or nothing. */
  include: 'Metadata' | 'None' | 'Object';
}

export function representationFor(request: IncomingMessage, query: URLSearchParams): Representation {
  const accepted = (request.headers.accept ?? '').split(',');
  const table = accepted.some((one) => one.includes('as=Table') && /v=v1(;|$)/.test(one));
  const include = query.get('includeObject') ?? 'Metadata';
  return { table, include: include as Representation['include'] };
}

/** An object as this version of its kind shows it. */
export function present(resource: Resource, object: KubeObject): KubeObject {
  const shown = resource.strategy.show?.(object) ?? object;
  const { kind } = resource;
  const apiVersion = apiVersionOf(resource);
  if (shown.apiVersion === apiVersion && shown.kind === kind) return shown;
  return { ...shown, apiVersion, kind };
}

export function presentList(resource: Resource, items: KubeObject[], revision: number): object {
  const shown = items.map((item) => present(resource, item));
  return {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(revision) },
    // Items of built-in lists leave out what the list says already, as Go clients' typed lists do.
    items: resource.custom ? shown : shown.map(({ apiVersion: _version, kind: _kind, ...item }) => item),
  };
}

export function presentTable(
  resource: Resource,
  objects: KubeObject[],
  revision: string,
  { include }: Representation,
  withColumns = true,
): object {
  const rows = objects.map((object) => ({
    cells: resource.columns.map(({ value }) => value(object)),
    ...(include === 'None' ? {} : { object: included(present(resource, object), include) }),
  }));
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: revision },
    columnDefinitions: withColumns ? resource.columns.map(definition) : [],
    rows,
  };
}

function included(object: KubeObject, include: Representation['include']): object {
  if (include === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

function definition({
  name,
  type,
  format = '',
  description = '',
  priority = 0,
}: Resource['columns'][number]): object {
  return { name, type, format, description, priority };
}
