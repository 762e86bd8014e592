import { readFileSync } from 'node:fs';
import type { Schema } from './schema.ts';

interface Published {
  /** Kubernetes' minor version, such as 1.35. */
  version: string;
  /** `apps/v1/Deployment` -> the name of its schema. */
  kinds: Record<string, string>;
  schemas: Record<string, Schema>;
}

const PREFIX = '#/components/schemas/';
const FILE = new URL('generated/kubernetes.json', import.meta.url);

export const kubernetes = JSON.parse(readFileSync(FILE, 'utf8')) as Published;

const resolved = new WeakMap<Schema, Schema>();

/** Follows $ref and the `allOf: [$ref]` with which OpenAPI gives a reference a default. */
export function resolve(schema: Schema): Schema {
  const known = resolved.get(schema);
  if (known) return known;
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref;
  const target = reference === undefined ? undefined : kubernetes.schemas[reference.slice(PREFIX.length)];
  const { $ref: _ref, allOf, ...own } = schema;
  const result = target ? { ...resolve(target), ...own } : allOf ? schema : own;
  resolved.set(schema, result);
  return result;
}

/** @throws when localcluster has no schema of that kind: a mistake in its table of kinds */
export function builtInSchema(apiVersion: string, kind: string): Schema {
  const name = kubernetes.kinds[`${apiVersion}/${kind}`];
  const schema = name === undefined ? undefined : kubernetes.schemas[name];
  if (!schema) throw new Error(`no schema for ${apiVersion} ${kind}: add it to schema/generate.ts`);
  return resolve(schema);
}

export const objectMetaSchema: Schema = {
  $ref: `${PREFIX}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta`,
};

/** A custom resource's schema with the metadata that every object has. */
export function customSchema(schema: Schema): Schema {
  return {
    ...schema,
    properties: {
      ...schema.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: objectMetaSchema,
    },
  };
}
