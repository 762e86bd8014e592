import { isDeepStrictEqual } from 'node:util';
import {
  alreadyExists,
  ApiError,
  badRequest,
  invalid,
  modified,
  type Named,
  notFound,
  nothingOfUid,
  uidMismatch,
} from '../api/api-error.ts';
import { applyConfiguration } from '../apply/apply.ts';
import { trackUpdate, type Writer } from '../apply/managed-fields.ts';
import type { Store, StoreEvent } from '../store/store.ts';
import { timestamp } from '../timestamp.ts';
import { isObject, type Json, type JsonObject, type KubeObject, type ObjectMeta } from '../types.ts';
import { accept, fillStored, judge } from './admission.ts';
import { carryOver, specOf, withoutRevision } from './carry-over.ts';
import { refuseUndeclared } from './decode.ts';
import { markDeleted, planDeletion } from './deletion.ts';
import type { Kinds } from './kinds.ts';
import { birth, invalidValue, matchUrl, requireDefinition, requireNamespace } from './metadata.ts';
import type { DeleteOptions, PatchType, Target, WriteOptions } from './options.ts';
import { jsonPatch, mergePatch, strategicPatch } from './patch.ts';
import { collectionOf, keyOf, type Resource } from './resource.ts';
import type { Matches } from './selectors.ts';
import { requireServiceAccount } from './service-account.ts';

export interface Deleted {
  object: KubeObject;
  /** False while finalizers or a grace period hold it. */
  removed: boolean;
}

/**
 * What the API means, apart from HTTP: every write is decoded, defaulted, judged, its ownership of fields recorded,
 * and stored under one revision. Synchronous, and therefore atomic.
 */
export class Registry {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly now: () => number;

  constructor(store: Store, kinds: Kinds, now: () => number = Date.now) {
    this.store = store;
    this.kinds = kinds;
    this.now = now;
  }

  /** @throws ApiError 404 */
  get(resource: Resource, { namespace, name }: Target): KubeObject {
    const found = this.find(resource, { name, ...(namespace === undefined ? {} : { namespace }) });
    if (!found) throw notFound({ ...resource, name });
    return found;
  }

  find(resource: Resource, { namespace, name }: Target): KubeObject | undefined {
    return this.store.get(collectionOf(resource), keyOf(namespace, name));
  }

  list(resource: Resource, namespace?: string, matches: Matches = () => true): KubeObject[] {
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return this.store.list(collectionOf(resource), prefix).filter(matches);
  }

  watch(resource: Resource, since: number, listener: (event: StoreEvent) => void): () => void {
    return this.store.watch(collectionOf(resource), since, listener);
  }

  /** @throws ApiError 409 when the name is taken, 404 without the namespace, 422 when it is invalid */
  create(
    resource: Resource,
    namespace: string | undefined,
    body: JsonObject,
    options: WriteOptions,
  ): KubeObject {
    const meta = metaOf(body);
    matchUrl(meta, namespace, undefined);
    const { object, unknown } = accept(resource, body, undefined);
    tellUnknown(resource, unknown, options);
    // Owned is what the client sent and what was filled in, not what this kind makes of it below.
    const managedFields = trackUpdate(undefined, object, this.#writer(options, 'Update'), resource);
    const newborn = this.#newborn(resource, namespace, object);
    newborn.metadata.managedFields = managedFields;
    return this.#insert(resource, newborn, options);
  }

  #newborn(resource: Resource, namespace: string | undefined, object: KubeObject): KubeObject {
    const metadata = birth(object.metadata, namespace, this.now());
    const named: Named = { ...resource, name: metadata.name };
    if (namespace !== undefined) requireNamespace(this.store, namespace, named);
    if (resource.custom) requireDefinition(this.store, named);
    const newborn: KubeObject = { ...object, metadata };
    if (resource.hasStatus) delete (newborn as { status?: unknown }).status;
    fillStored(resource, newborn);
    if (resource.generation) metadata.generation = 1;
    resource.strategy.create?.(newborn);
    requireServiceAccount(this.store, resource, newborn);
    return newborn;
  }

  #insert(resource: Resource, object: KubeObject, { dryRun }: WriteOptions): KubeObject {
    const { name, namespace } = object.metadata;
    const key = keyOf(namespace, name);
    judge(resource, object);
    if (this.store.get(collectionOf(resource), key)) throw alreadyExists({ ...resource, name });
    const stored = resource.strategy.store?.(object) ?? object;
    if (!dryRun) return this.store.put(collectionOf(resource), key, stored);
    const { resourceVersion: _none, ...metadata } = stored.metadata;
    return { ...stored, metadata: metadata as ObjectMeta };
  }

  /** @throws ApiError 409 on a resourceVersion that is not the latest */
  update(resource: Resource, target: Target, body: JsonObject, options: WriteOptions): KubeObject {
    matchUrl(metaOf(body), target.namespace, target.name);
    const old = this.get(resource, target);
    const { object, unknown } = accept(resource, body, old);
    tellUnknown(resource, unknown, options);
    if (resource.versionedUpdates && !metaOf(body).resourceVersion) {
      const why = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
      throw invalid({ ...resource, kind: resource.plural, name: target.name }, [why]);
    }
    return this.#replace(resource, old, object, options);
  }

  patch(resource: Resource, target: Target, type: PatchType, patch: Json, options: WriteOptions): KubeObject {
    const old = this.get(resource, target);
    const shown = (resource.strategy.show?.(structuredClone(old)) ?? old) as unknown as JsonObject;
    const patched = this.#patched(resource, shown, type, patch);
    if (!isObject(patched)) throw badRequest('a patch must leave an object');
    matchUrl(metaOf(patched), target.namespace, target.name);
    try {
      const { object, unknown } = accept(resource, patched, old);
      tellUnknown(resource, unknown, options);
      return this.#replace(resource, old, object, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 400) throw error;
      const why = error.message.replace(/^.*? cannot be handled as a \w+: /, '');
      throw invalid({ group: '', kind: '', name: '' }, [invalidValue('patch', JSON.stringify(patched), why)]);
    }
  }

  #patched(resource: Resource, old: JsonObject, type: PatchType, patch: Json): Json {
    if (type === 'json') return jsonPatch(old, patch);
    if (type === 'merge') return mergePatch(old, patch);
    return strategicPatch(old, patch, resource.schema);
  }

  /** Server-side apply: creates what is not there. @throws ApiError 409 with causes on fields that others own */
  apply(resource: Resource, target: Target, config: JsonObject, options: WriteOptions): KubeObject {
    const { namespace, name } = target;
    matchUrl(metaOf(config), namespace, name);
    const metadata = { ...(config.metadata as JsonObject), name, ...(namespace ? { namespace } : {}) };
    const configured: JsonObject = { ...config, metadata };
    if (metaOf(config).managedFields) throw badRequest('metadata.managedFields must be nil');
    refuseUndeclared(
      resource,
      configured,
      `${metaOf(config).namespace ?? ''}/${metaOf(config).name ?? name}`,
    );
    const old = this.find(resource, target);
    if (!old && options.subresource) throw notFound({ ...resource, name });
    const { schema, hasStatus } = resource;
    const to = { schema, hasStatus, force: options.force ?? false };
    const applied = applyConfiguration(old, configured, this.#writer(options, 'Apply'), to);
    const { object } = accept(resource, applied as unknown as JsonObject, old);
    const { managedFields } = applied.metadata;
    if (old) return this.#replace(resource, old, object, options, managedFields);
    const { uid, resourceVersion: _ofNothing, ...given } = object.metadata;
    if (uid) throw nothingOfUid({ ...resource, name }, uid);
    const newborn = this.#newborn(resource, namespace, { ...object, metadata: given as ObjectMeta });
    if (managedFields) newborn.metadata.managedFields = managedFields;
    return this.#insert(resource, newborn, options);
  }

  #replace(
    resource: Resource,
    old: KubeObject,
    given: KubeObject,
    options: WriteOptions,
    managedFields?: ObjectMeta['managedFields'],
  ): KubeObject {
    const named: Named = { ...resource, name: old.metadata.name };
    const { uid, resourceVersion } = given.metadata;
    if (uid && uid !== old.metadata.uid)
      throw uidMismatch(named, keyOf(old.metadata.namespace, old.metadata.name), uid, old.metadata.uid);
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw modified(named);
    const tracked = managedFields ?? trackUpdate(old, given, this.#writer(options, 'Update'), resource);
    const next = carryOver(resource, old, given, options.subresource);
    fillStored(resource, next);
    resource.strategy.update?.(next, old);
    judge(resource, next, old);
    if (resource.generation && specOf(next) !== specOf(old)) {
      next.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
    if (tracked.length > 0) next.metadata.managedFields = tracked;
    else delete next.metadata.managedFields;
    return this.#save(resource, old, resource.strategy.store?.(next) ?? next, options);
  }

  #save(resource: Resource, old: KubeObject, next: KubeObject, { dryRun }: WriteOptions): KubeObject {
    const collection = collectionOf(resource);
    const key = keyOf(next.metadata.namespace, next.metadata.name);
    if (isDeepStrictEqual(withoutRevision(next), withoutRevision(old))) return old;
    if (dryRun) return next;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = next.metadata;
    const stored = this.store.put(collection, key, next);
    const done = deletionTimestamp && deletionGracePeriodSeconds === 0 && finalizers.length === 0;
    return done ? (this.store.remove(collection, key) ?? stored) : stored;
  }

  /** @throws ApiError 404, or 409 when a precondition does not hold */
  delete(resource: Resource, target: Target, options: DeleteOptions = {}): Deleted {
    const old = this.get(resource, target);
    const key = keyOf(target.namespace, target.name);
    const marked = planDeletion(resource, old, options, this.now());
    if (options.dryRun) return { object: marked ?? old, removed: !marked };
    if (!marked) {
      if (resource.kind === 'Pod')
        this.store.put(collectionOf(resource), key, markDeleted(old, 0, this.now()));
      return { object: this.store.remove(collectionOf(resource), key) ?? old, removed: true };
    }
    if (isDeepStrictEqual(withoutRevision(marked), withoutRevision(old)))
      return { object: old, removed: false };
    return { object: this.store.put(collectionOf(resource), key, marked), removed: false };
  }

  #writer({ manager, subresource }: WriteOptions, operation: Writer['operation']): Writer {
    return { manager, operation, now: timestamp(this.now()), ...(subresource ? { subresource } : {}) };
  }
}

function metaOf(body: JsonObject): Partial<ObjectMeta> {
  return (isObject(body.metadata) ? body.metadata : {}) as Partial<ObjectMeta>;
}

/** @throws ApiError 400 under fieldValidation=Strict */
function tellUnknown(resource: Resource, unknown: string[], { fieldValidation, warn }: WriteOptions): void {
  if (unknown.length === 0 || fieldValidation === 'Ignore') return;
  if (fieldValidation !== 'Strict') {
    for (const text of unknown) warn?.(text);
    return;
  }
  const { kind, version } = resource;
  const what = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  throw badRequest(`${what}: strict decoding error: ${unknown.join(', ')}`);
}
