import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  aggregatedDiscovery,
  aggregatedType,
  apiGroup,
  apiGroupList,
  apiResourceList,
  wantsAggregated,
} from './discovery.ts';
import type { Resource } from '../registry/resource.ts';
import { kubernetes } from '../schema/kubernetes.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import { sendOpenApiV2 } from './openapi-v2.ts';
import { parsePath } from './request.ts';
import { handleResource, type ResourceContext } from './resource-handler.ts';
import { sendJson, sendText } from './respond.ts';

/** Answers one authenticated request. @throws ApiError */
export async function handle(
  context: ResourceContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://localhost');
  const path = url.pathname.replace(/\/+$/, '') || '/';
  if (answerInfo(context, path, request, response)) return;
  const target = parsePath(path, context.registry.kinds);
  if (!target) return sendText(response, 404, '404 page not found\n');
  await handleResource(context, target, url.searchParams, request, response);
}

const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

function answerInfo(
  { registry }: ResourceContext,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (HEALTH.has(path)) {
    sendText(response, 200, 'ok');
    return true;
  }
  if (path === '/openapi/v2') {
    sendOpenApiV2(request, response);
    return true;
  }
  const core = path === '/api';
  if ((core || path === '/apis') && wantsAggregated(request.headers.accept)) {
    sendJson(response, 200, aggregatedDiscovery(registry.kinds.all(), core), aggregatedType);
    return true;
  }
  const body = infoAt(registry.kinds, path);
  if (body) sendJson(response, 200, body);
  return body !== undefined;
}

function infoAt(kinds: ResourceContext['registry']['kinds'], path: string): object | undefined {
  const resources = kinds.all();
  if (path === '/version') return versionInfo();
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return apiGroupList(resources);
  if (path === '/openapi/v3') return openApiIndex(resources);
  if (path.startsWith('/openapi/v3/')) return openApiDocument(path.slice('/openapi/v3/'.length), resources);
  return groupInfo(resources, path);
}

function groupInfo(resources: Resource[], path: string): object | undefined {
  const groups = /^\/(?:api\/(?<core>v1)|apis\/(?<group>[^/]+)(?:\/(?<version>[^/]+))?)$/.exec(path)?.groups;
  if (!groups) return undefined;
  const { core, group = '', version = core } = groups;
  const members = resources.filter((one) => one.group === group && (!version || one.version === version));
  if (members.length === 0) return undefined;
  if (version) return apiResourceList(group === '' ? version : `${group}/${version}`, members);
  return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, members) };
}

function versionInfo(): object {
  const [major, minor] = kubernetes.version.split('.');
  const gitVersion = `v${kubernetes.version}.0-stockout-local`;
  return { major, minor, gitVersion, platform: `${process.platform}/${process.arch}` };
}
