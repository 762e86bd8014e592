import type { JSONSchema } from 'json-schema-to-typescript';
import type { JSONSchemaProps } from './src/definition.ts';

/**
 * The JSON Schema whose TypeScript type is that of an admitted object: a field with a default is always there.
 * Bounds that types cannot hold are left out.
 */
export function toTypeSchema(schema: JSONSchemaProps): JSONSchema {
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  if (schema.type === undefined && schema.properties !== undefined) return stringOrObject(schema);
  const { type, description, properties, items, additionalProperties } = schema;
  return {
    ...(type && { type }),
    ...(description && { description }),
    ...(schema.enum && { enum: schema.enum as JSONSchema['enum'] & object }),
    ...(items && { items: toTypeSchema(items) }),
    ...(properties && objectOf(properties, schema.required ?? [])),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: toTypeSchema(additionalProperties),
    }),
  };
}

/** A structural schema has no way to say "string or object" but to say no type at all. */
function stringOrObject(schema: JSONSchemaProps): JSONSchema {
  const { description, ...rest } = schema;
  const always = Object.keys(schema.properties ?? {}).filter((name) =>
    schema.anyOf?.every((branch) => branch.required?.includes(name)),
  );
  const object = toTypeSchema({ ...rest, type: 'object', required: always });
  return { ...(description && { description }), anyOf: [{ type: 'string' }, object] };
}

function objectOf(properties: Record<string, JSONSchemaProps>, required: string[]): JSONSchema {
  const entries = Object.entries(properties);
  const always = entries.filter(([name, field]) => field.default !== undefined || required.includes(name));
  return {
    properties: Object.fromEntries(entries.map(([name, field]) => [name, toTypeSchema(field)])),
    required: always.map(([name]) => name),
  };
}
