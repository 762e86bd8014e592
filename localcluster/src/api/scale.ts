import type { Registry } from '../registry/registry.ts';
import type { Target, WriteOptions } from '../registry/options.ts';
import type { Resource, ScalePaths } from '../registry/resource.ts';
import { at, isObject, type JsonObject, type KubeObject } from '../types.ts';
import { badRequest } from './api-error.ts';

/** The scale subresource of an object: autoscaling/v1 Scale. */
export function scaleOf(
  { specReplicas, statusReplicas, selector }: ScalePaths,
  object: KubeObject,
): JsonObject {
  const { name, namespace = '', uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, ...specReplicas) ?? 0 },
    status: {
      replicas: at(object, ...statusReplicas) ?? 0,
      ...(selector
        ? { selector: selectorText(at(object, ...selector) ?? at(object, 'spec', 'selector')) }
        : {}),
    },
  };
}

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  const labels = Object.entries((at(selector, 'matchLabels') ?? {}) as Record<string, string>);
  return labels.map(([key, value]) => `${key}=${value}`).join(',');
}

/** Writes the replicas of a Scale to its object. */
export function writeScale(
  registry: Registry,
  resource: Resource,
  target: Target,
  scale: JsonObject,
  options: WriteOptions,
): KubeObject {
  const replicas = at(scale, 'spec', 'replicas');
  if (typeof replicas !== 'number') throw badRequest('spec.replicas: a number is needed');
  const [field = '', ...below] = (resource.scale?.specReplicas ?? []).toReversed();
  const change = below.reduce<JsonObject>((inner, name) => ({ [name]: inner }), { [field]: replicas });
  const resourceVersion = isObject(scale.metadata) ? scale.metadata.resourceVersion : undefined;
  const patch = { ...change, ...(resourceVersion ? { metadata: { resourceVersion } } : {}) };
  return registry.patch(resource, target, 'merge', patch, { ...options, subresource: 'scale' });
}
