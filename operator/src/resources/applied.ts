import type { KubeObject } from '../api/kubernetes.ts';
import { ANNOTATION, hashOf } from './names.ts';

/** The object with a hash of itself among its annotations. */
export function withAppliedHash<T extends KubeObject>(object: T): T {
  const { [ANNOTATION.appliedHash]: _old, ...annotations } = object.metadata.annotations ?? {};
  const bare = { ...object, metadata: { ...object.metadata, annotations } };
  return {
    ...bare,
    metadata: { ...bare.metadata, annotations: { ...annotations, [ANNOTATION.appliedHash]: hashOf(bare) } },
  };
}

/**
 * Whether there is nothing to apply: all that we own is there as we want it, and we dropped nothing since (the hash).
 * Fields that others own or that were filled in by default are not looked at.
 */
export function isApplied(desired: KubeObject, observed: KubeObject | undefined): boolean {
  return observed !== undefined && holds(desired, observed);
}

function holds(desired: unknown, observed: unknown): boolean {
  if (Array.isArray(desired)) {
    return (
      Array.isArray(observed) &&
      observed.length === desired.length &&
      desired.every((item, index) => holds(item, observed[index]))
    );
  }
  if (desired !== null && typeof desired === 'object') {
    if (observed === null || typeof observed !== 'object') return isEmpty(desired);
    return Object.entries(desired).every(([key, value]) =>
      holds(value, (observed as Record<string, unknown>)[key]),
    );
  }
  return desired === observed || sameQuantity(desired, observed);
}

/** An API server leaves out empty objects. */
function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

const UNITS: Record<string, number> = {
  n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18,
  Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60,
}; // prettier-ignore

/** An API server writes 1000m as 1. Nothing else that we own looks like a number but is not one. */
function sameQuantity(desired: unknown, observed: unknown): boolean {
  const ours = quantity(desired);
  return ours !== undefined && ours === quantity(observed);
}

function quantity(value: unknown): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, digits, unit] =
    /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  const factor = UNITS[unit ?? ''];
  return digits === undefined || factor === undefined
    ? undefined
    : Number((Number(digits) * factor).toPrecision(12));
}
