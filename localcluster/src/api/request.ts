import type { IncomingMessage } from 'node:http';
import type { Kinds } from '../registry/kinds.ts';
import type { Resource } from '../registry/resource.ts';
import { ApiError, badRequest, noSuchPath } from './api-error.ts';
import { PROTOBUF, readProtobuf } from './read-protobuf.ts';

/** A request to a collection, an object or a subresource. */
export interface ResourceRequest {
  resource: Resource;
  namespace?: string;
  name?: string;
  subresource?: string;
}

const PATH =
  /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)\/(?<version>[^/]+))(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>.+))?$/;
const MAX_BODY = 8 * 1024 * 1024;

/**
 * Reads a path of the API. `/api/v1/namespaces/x` names a Namespace, `/api/v1/namespaces/x/pods` its pods.
 * @returns undefined when it is no path of a resource
 * @throws ApiError 404 when the kind is not served
 */
export function parsePath(path: string, kinds: Kinds): ResourceRequest | undefined {
  const namespacePath =
    /^\/api\/v1\/namespaces(?:\/(?<name>[^/]+)(?:\/(?<subresource>status|finalize))?)?$/.exec(path);
  if (namespacePath) return target(kinds.builtIn('Namespace'), namespacePath.groups ?? {});
  const groups = PATH.exec(path)?.groups;
  if (!groups) return undefined;
  const { core, group = '', version = core ?? '', plural = '' } = groups;
  const resource = kinds.find(group, version, plural);
  if (!resource) throw noSuchPath();
  if (groups.namespace !== undefined && !resource.namespaced) throw noSuchPath();
  return target(resource, groups);
}

function decoded(part: string | undefined): string | undefined {
  return part === undefined ? undefined : decodeURIComponent(part);
}

function target(
  resource: Resource,
  { namespace, name, subresource }: Record<string, string | undefined>,
): ResourceRequest {
  return Object.fromEntries(
    Object.entries({ resource, namespace: decoded(namespace), name: decoded(name), subresource }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as unknown as ResourceRequest;
}

/** As text; what comes as protobuf as the JSON that it stands for. @throws ApiError 413 beyond 8 MiB, 400 */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`, {});
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  return mediaType(request) === PROTOBUF ? JSON.stringify(readProtobuf(body)) : body.toString('utf8');
}

export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** A number of the query string; undefined where it is not given. @throws ApiError 400 */
export function numberParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!Number.isInteger(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return value;
}

export function isTrue(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text === 'true' || text === '1';
}
