import { admit, fillDefaults } from '@stockout/crds/admission';
import { badRequest, invalid, type StatusCause } from '../api/api-error.ts';
import { objectMetaSchema } from '../schema/kubernetes.ts';
import type { JsonObject, KubeObject } from '../types.ts';
import { decode } from './decode.ts';
import { validateMetadata } from './metadata.ts';
import { apiVersionOf, type Resource } from './resource.ts';

export interface Accepted {
  object: KubeObject;
  /** One sentence a field: `unknown field "spec.foo"`. */
  unknown: string[];
}

type Schema = Parameters<typeof admit>[0];

/** Reads what a client sent as an object of the kind, unknown fields dropped, defaults filled. */
export function accept(resource: Resource, body: JsonObject, old: KubeObject | undefined): Accepted {
  const expected = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  checkKind(body, expected);
  const { kind, apiVersion } = expected;
  const whole = { kind, apiVersion, metadata: {}, ...withoutNulls(body) };
  if (resource.custom) return acceptCustom(resource, whole);
  const { object, unknown } = decode(resource, whole);
  resource.strategy.defaults?.(object as unknown as KubeObject, old);
  return {
    object: object as unknown as KubeObject,
    unknown: unknown.map((path) => `unknown field "${path}"`),
  };
}

function withoutNulls(body: JsonObject): JsonObject & { metadata?: JsonObject } {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

/** Structure and rules are judged later, by `judge`, when status and metadata are what will be stored. */
function acceptCustom(resource: Resource, body: JsonObject & { metadata: JsonObject }): Accepted {
  const { object, warnings } = admit(resource.custom as Schema, body);
  const headerOnly = { ...resource, schema: { properties: { metadata: objectMetaSchema } } };
  const { object: header, unknown } = decode(headerOnly, { metadata: body.metadata });
  return {
    object: { ...object, metadata: header.metadata } as unknown as KubeObject,
    unknown: [...warnings, ...unknown.map((path) => `unknown field "${path}"`)],
  };
}

function checkKind(body: JsonObject, expected: { apiVersion: string; kind: string }): void {
  const { apiVersion = expected.apiVersion, kind = expected.kind } = body;
  if (kind !== expected.kind) {
    throw badRequest(
      `${String(kind)} in version "${String(apiVersion)}" cannot be handled as a ${expected.kind}`,
    );
  }
  if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
}

/** A definition's defaults hold for what is stored too: a status that an endpoint took out may have one. */
export function fillStored(resource: Resource, object: KubeObject): void {
  if (resource.custom) fillDefaults(resource.custom as Schema, object);
}

/** @throws ApiError 422 that names every field at fault */
export function judge(resource: Resource, object: KubeObject, old?: KubeObject): void {
  const causes: StatusCause[] = validateMetadata(resource, object, old);
  if (resource.custom) {
    const before = old as unknown as JsonObject | undefined;
    causes.push(...admit(resource.custom as Schema, object as unknown as JsonObject, before).causes);
  }
  causes.push(...(resource.strategy.validate?.(object, old) ?? []));
  if (causes.length > 0) throw invalid({ ...resource, name: object.metadata.name }, causes);
}
