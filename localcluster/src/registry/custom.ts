import { customSchema } from '../schema/kubernetes.ts';
import type { Schema } from '../schema/schema.ts';
import { customColumns } from '../tables/custom-columns.ts';
import { at, type CustomResourceDefinition, type KubeObject } from '../types.ts';
import type { Resource, ScalePaths } from './resource.ts';

type Version = CustomResourceDefinition['spec']['versions'][number];

/** The kinds that a CRD defines, one a served version. */
export function customResources(crd: CustomResourceDefinition): Resource[] {
  return crd.spec.versions.filter(({ served }) => served).map((version) => customResource(crd, version));
}

function customResource({ spec }: CustomResourceDefinition, version: Version): Resource {
  const { kind, plural, singular, shortNames = [], categories = [] } = spec.names;
  const schema = (version.schema?.openAPIV3Schema ?? {}) as unknown as Schema;
  const scale = scalePaths(version);
  return {
    group: spec.group,
    version: version.name,
    kind,
    plural,
    singular: singular ?? kind.toLowerCase(),
    shortNames,
    categories,
    namespaced: spec.scope === 'Namespaced',
    schema: customSchema(schema),
    custom: schema,
    hasStatus: version.subresources?.status !== undefined,
    generation: true,
    versionedUpdates: true,
    ...(scale ? { scale } : {}),
    columns: customColumns(version.additionalPrinterColumns),
    strategy: {},
    selectable: selectableFields(version),
  };
}

function scalePaths({ subresources }: Version): ScalePaths | undefined {
  const { scale } = subresources ?? {};
  if (!scale) return undefined;
  const selector = scale.labelSelectorPath;
  return {
    specReplicas: fieldPath(scale.specReplicasPath),
    statusReplicas: fieldPath(scale.statusReplicasPath),
    ...(selector ? { selector: fieldPath(selector) } : {}),
  };
}

function fieldPath(jsonPath: string): string[] {
  return jsonPath.split('.').filter((part) => part !== '');
}

function selectableFields({ selectableFields: fields = [] }: Version): Resource['selectable'] {
  const entries = fields.map(({ jsonPath }) => {
    const path = fieldPath(jsonPath);
    return [path.join('.'), (object: KubeObject) => String(at(object, ...path) ?? '')] as const;
  });
  return Object.fromEntries(entries);
}
