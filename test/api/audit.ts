import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** Of audit.k8s.io/v1 Event, what is asked for here. */
interface AuditEvent {
  verb: string;
  requestURI: string;
  objectRef?: { resource: string; namespace?: string; apiGroup?: string; subresource?: string };
  responseStatus?: { code?: number };
}

/** A request for all there is of a kind, or for all that becomes of it. */
export interface Look {
  verb: 'list' | 'watch';
  group: string;
  resource: string;
  query: URLSearchParams;
}

export interface Audit {
  /** `verb resource.group`, each once. */
  used: Set<string>;
  /** What was refused for want of a right. */
  refused: string[];
  /** Of every list and watch. */
  looks: Look[];
}

/** Namespaces of operators from whom a right was taken (minimal-rights.test.ts): they say nothing of what an operator needs. */
export const OF_FEWER_RIGHTS = 'rights-';

/** What the operator has asked of the API server since run.sh started it. */
export async function readAudit(): Promise<Audit> {
  const file = join(process.env.STOCKOUT_API_STATE ?? '', 'log', 'audit.log');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const events = lines
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter(({ objectRef }) => !objectRef?.namespace?.startsWith(OF_FEWER_RIGHTS));
  return {
    used: new Set(events.flatMap(rightsOf)),
    refused: events
      .filter(({ responseStatus }) => responseStatus?.code === 403)
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`),
    looks: events.flatMap(looksOf),
  };
}

function looksOf({ verb, requestURI, objectRef }: AuditEvent): Look[] {
  if ((verb !== 'list' && verb !== 'watch') || objectRef === undefined) return [];
  const { searchParams: query } = new URL(requestURI, 'https://server');
  return [{ verb, group: objectRef.apiGroup ?? '', resource: objectRef.resource, query }];
}

/** An apply that made the object took the right to create, besides that to patch. */
function rightsOf({ verb, objectRef, responseStatus }: AuditEvent): string[] {
  if (objectRef === undefined) return [];
  const { resource, apiGroup = '', subresource } = objectRef;
  const made = verb === 'patch' && responseStatus?.code === 201;
  return [verb, ...(made ? ['create'] : [])].map((each) =>
    rightName(each, apiGroup, subresource === undefined ? resource : `${resource}/${subresource}`),
  );
}

export function rightName(verb: string, group: string, resource: string): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
