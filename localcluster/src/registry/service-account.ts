import { forbidden } from '../api/api-error.ts';
import type { Store } from '../store/store.ts';
import type { KubeObject, Pod } from '../types.ts';
import type { Resource } from './resource.ts';

/** Each namespace is given it soon after it is made, and again when somebody deletes it: it counts as there. */
const ALWAYS_THERE = 'default';

/** A pod is let in only with a ServiceAccount that is there. @throws ApiError 403 */
export function requireServiceAccount(store: Store, resource: Resource, object: KubeObject): void {
  if (resource.group !== '' || resource.plural !== 'pods') return;
  const { metadata, spec } = object as Pod;
  const account = spec.serviceAccountName ?? ALWAYS_THERE;
  const key = `${metadata.namespace}/${account}`;
  if (account === ALWAYS_THERE || store.get('serviceaccounts', key) !== undefined) return;
  // A name that is made of another one is made later.
  const name = metadata.generateName ?? metadata.name;
  const why = `error looking up service account ${key}: serviceaccount "${account}" not found`;
  throw forbidden({ ...resource, name }, why);
}
