import type { Json } from '../types.ts';

/** The part of OpenAPI v3 and of a CRD's JSONSchemaProps that tells how an object is decoded and merged. */
export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  format?: string;
  enum?: Json[];
  default?: Json;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: 'atomic' | 'granular';
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
}

/** Where nothing is known: maps merge field by field, lists are replaced whole. */
export const DEDUCED: Schema = {};

export function mapOf(schema: Schema): Schema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

export function isAtomicMap(schema: Schema): boolean {
  return schema['x-kubernetes-map-type'] === 'atomic';
}

export function listType(schema: Schema): 'atomic' | 'map' | 'set' {
  return schema['x-kubernetes-list-type'] ?? 'atomic';
}
