import type { JSONSchemaProps } from '../definition.ts';

/** Of every object and embedded object, whether the schema names them or not. */
export const ROOT_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

const STRING: JSONSchemaProps = { type: 'string' };
const METADATA: JSONSchemaProps = { type: 'object', properties: { name: STRING, generateName: STRING } };

/** The schema as rules see it: with apiVersion, kind, and of metadata the names. */
export function asResource(schema: JSONSchemaProps): JSONSchemaProps {
  const properties = { ...schema.properties, apiVersion: STRING, kind: STRING, metadata: METADATA };
  return { ...schema, properties };
}

/** The schema of an object's field: its own, or that of all its keys; undefined where it has none. */
export function fieldSchema(schema: JSONSchemaProps, name: string): JSONSchemaProps | undefined {
  const own = schema.properties;
  if (own !== undefined && Object.hasOwn(own, name)) return own[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
