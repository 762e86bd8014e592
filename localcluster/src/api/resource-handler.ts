import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PatchType, Target, WriteOptions } from '../registry/options.ts';
import type { Registry } from '../registry/registry.ts';
import type { Resource } from '../registry/resource.ts';
import { fieldSelector, labelSelector, type Matches } from '../registry/selectors.ts';
import { isObject, type JsonObject, type KubeObject, type Pod } from '../types.ts';
import {
  badRequest,
  invalid,
  methodNotAllowed,
  noSuchPath,
  success,
  tooLargeVersion,
  unknownFormat,
  unsupportedMediaType,
} from './api-error.ts';
import { deleteOptions, writeOptions } from './options.ts';
import { parseObject, parsePatch, parseYaml } from './parse-body.ts';
import { PROTOBUF } from './read-protobuf.ts';
import { present, presentList, presentTable, representationFor } from './representation.ts';
import { isTrue, mediaType, numberParameter, readBody, type ResourceRequest } from './request.ts';
import { sendJson } from './respond.ts';
import { scaleOf, writeScale } from './scale.ts';
import { serveWatch } from './watch.ts';

export interface ResourceContext {
  registry: Registry;
  /** Watches that are open: ended when the server stops. */
  watches: Set<() => void>;
  /** Made ready before a Service is written: node ports are tried out. */
  prepareService: () => Promise<void>;
  /** Streams a pod's log from its node. */
  serveLog: (pod: Pod, query: URLSearchParams, response: ServerResponse) => Promise<void>;
}

/** One request in hand. */
interface Exchange extends ResourceContext, ResourceRequest {
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

const PATCH_TYPES: Record<string, PatchType> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
};
const CUSTOM_PATCHES =
  'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
const WATCH_SECONDS = 45 * 60;

export async function handleResource(
  context: ResourceContext,
  target: ResourceRequest,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const exchange: Exchange = { ...context, ...target, query, request, response };
  if (target.name === undefined) return handleCollection(exchange);
  if (target.subresource !== undefined) return handleSubresource(exchange, target.subresource);
  return handleObject(exchange);
}

async function handleCollection(exchange: Exchange): Promise<void> {
  const { request, resource, namespace, registry } = exchange;
  if (request.method === 'GET') return listOrWatch(exchange);
  if (request.method === 'DELETE') return deleteAll(exchange);
  if (request.method !== 'POST' || (resource.namespaced && namespace === undefined)) throw methodNotAllowed();
  const text = await readBody(request);
  const body = bodyOf(exchange, text);
  const options = writeOptions(exchange, text);
  if (resource.kind === 'Service') await exchange.prepareService();
  send(exchange, 201, registry.create(resource, namespace, body, options));
}

/** JSON, YAML, or what was protobuf. @throws ApiError 415 */
function bodyOf({ request, resource }: Exchange, text: string): JsonObject {
  const media = mediaType(request);
  if (media === 'application/yaml') return parseYaml(text);
  if (media === 'application/json' || media === PROTOBUF) return parseObject(text, resource.kind);
  throw unknownFormat(`application/json, application/yaml, ${PROTOBUF}`);
}

function listOrWatch(exchange: Exchange): void {
  const { query, resource, namespace, registry, request, response } = exchange;
  const representation = representationFor(request, query);
  const matches = selection(query, resource, namespace);
  if (isTrue(query, 'watch')) {
    const end = serveWatch(
      registry,
      {
        resource,
        matches,
        resourceVersion: query.get('resourceVersion') ?? '',
        bookmarks: isTrue(query, 'allowWatchBookmarks'),
        sendInitialEvents: isTrue(query, 'sendInitialEvents'),
        timeoutSeconds: numberParameter(query, 'timeoutSeconds') || WATCH_SECONDS,
        representation,
      },
      response,
    );
    exchange.watches.add(end);
    response.on('close', () => exchange.watches.delete(end));
    return;
  }
  const items = registry.list(resource, namespace, matches);
  const { revision } = registry.store;
  const wanted = listVersion(query.get('resourceVersion') ?? '');
  if (wanted > revision) throw tooLargeVersion(wanted, revision);
  const list = representation.table
    ? presentTable(resource, items, String(revision), representation)
    : presentList(resource, items, revision);
  sendJson(response, 200, list);
}

/** @throws ApiError 400 */
function listVersion(text: string): number {
  if (/^\d*$/.test(text)) return Number(text);
  const value = JSON.stringify(text);
  const why = `strconv.ParseUint: parsing ${value}: invalid syntax`;
  throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${value}: ${why}`);
}

function selection(query: URLSearchParams, resource: Resource, namespace: string | undefined): Matches {
  const byLabel = labelSelector(query.get('labelSelector') ?? undefined);
  const byField = fieldSelector(query.get('fieldSelector') ?? undefined, resource);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    byLabel(object) &&
    byField(object);
}

async function deleteAll(exchange: Exchange): Promise<void> {
  const { query, resource, namespace, registry, response } = exchange;
  const options = await deleteOptions(exchange);
  const items = registry.list(resource, namespace, selection(query, resource, namespace));
  for (const item of items) registry.delete(resource, targetOf(item), options);
  sendJson(response, 200, presentList(resource, items, registry.store.revision));
}

async function handleObject(exchange: Exchange): Promise<void> {
  const { request, resource, registry } = exchange;
  const target = targetIn(exchange);
  if (request.method === 'GET') return send(exchange, 200, registry.get(resource, target));
  if (request.method === 'DELETE') return deleteOne(exchange, target);
  return write(exchange, target);
}

/** PUT or PATCH, of the object or of its status. */
async function write(exchange: Exchange, target: Target, subresource?: 'status'): Promise<void> {
  const { request, resource, registry } = exchange;
  if (request.method !== 'PUT' && request.method !== 'PATCH') throw methodNotAllowed();
  const text = await readBody(request);
  const options = { ...writeOptions(exchange, text), ...(subresource ? { subresource } : {}) };
  if (resource.kind === 'Service') await exchange.prepareService();
  if (request.method === 'PUT') {
    return send(exchange, 200, registry.update(resource, target, bodyOf(exchange, text), options));
  }
  const media = mediaType(request);
  if (media === 'application/apply-patch+yaml') return applyTo(exchange, target, parseYaml(text), options);
  const type = PATCH_TYPES[media];
  if (!type) throw unsupportedMediaType('415: Unsupported Media Type');
  if (type === 'strategic' && resource.custom) throw unknownFormat(CUSTOM_PATCHES);
  send(exchange, 200, registry.patch(resource, target, type, parsePatch(text), options));
}

function applyTo(exchange: Exchange, target: Target, config: JsonObject, options: WriteOptions): void {
  const { query, resource, registry } = exchange;
  if (!query.get('fieldManager')) {
    const message = 'Required value: is required for apply patch';
    const causes = [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }];
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions', name: '' }, causes);
  }
  const code = registry.find(resource, target) ? 200 : 201;
  send(exchange, code, registry.apply(resource, target, config, options));
}

async function deleteOne(exchange: Exchange, target: Target): Promise<void> {
  const { resource, registry, response } = exchange;
  const { object, removed } = registry.delete(resource, target, await deleteOptions(exchange));
  if (!removed || resource.kind === 'Pod' || resource.kind === 'Service') return send(exchange, 200, object);
  sendJson(response, 200, success({ ...resource, name: target.name }, object.metadata.uid));
}

async function handleSubresource(exchange: Exchange, subresource: string): Promise<void> {
  const { request, resource, registry, query, response } = exchange;
  const target = targetIn(exchange);
  if (subresource === 'status' && resource.hasStatus) {
    if (request.method === 'GET') return send(exchange, 200, registry.get(resource, target));
    return write(exchange, target, 'status');
  }
  if (subresource === 'scale' && resource.scale) return handleScale(exchange, target);
  if (resource.kind === 'Pod' && subresource === 'log') {
    return exchange.serveLog(registry.get(resource, target) as Pod, query, response);
  }
  if (resource.kind === 'Pod' && subresource === 'binding') return bind(exchange, target);
  throw noSuchPath();
}

async function handleScale(exchange: Exchange, target: Target): Promise<void> {
  const { request, resource, registry, response } = exchange;
  const paths = resource.scale;
  if (!paths) throw noSuchPath();
  let object = registry.get(resource, target);
  if (request.method !== 'GET') {
    const text = await readBody(request);
    const scale = request.method === 'PUT' ? parseObject(text, 'Scale') : parsePatch(text);
    if (!isObject(scale)) throw badRequest('a Scale is an object');
    object = writeScale(registry, resource, target, scale, writeOptions(exchange, ''));
  }
  sendJson(response, 200, scaleOf(paths, object));
}

/** What a scheduler does: the pod is this node's from then on. */
async function bind(exchange: Exchange, target: Target): Promise<void> {
  const { request, resource, registry, response } = exchange;
  const body = parseObject(await readBody(request), 'Binding');
  const nodeName = isObject(body.target) ? body.target.name : undefined;
  if (typeof nodeName !== 'string') throw badRequest('target.name: the node is needed');
  registry.patch(resource, target, 'merge', { spec: { nodeName } }, writeOptions(exchange, ''));
  sendJson(response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

function send({ resource, response, request, query }: Exchange, code: number, object: KubeObject): void {
  const representation = representationFor(request, query);
  const { resourceVersion } = object.metadata;
  const body = representation.table
    ? presentTable(resource, [object], resourceVersion, representation)
    : present(resource, object);
  sendJson(response, code, body);
}

function targetIn({ resource, namespace, name = '' }: Exchange): Target {
  if (resource.namespaced && namespace === undefined) throw noSuchPath();
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

function targetOf({ metadata: { name, namespace } }: KubeObject): Target {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}
