import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

/** Of audit.k8s.io/v1 Event, what is asked for here. */
interface AuditEvent {
  verb: string;
  requestURI: string;
  objectRef?: { resource: string; namespace?: string; apiGroup?: string; subresource?: string };
  responseStatus?: { code?: number; message?: string };
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

/** What the operators have asked of the API servers since run.sh started them: of all that run, for files share them out. */
export async function readAudit(): Promise<Audit> {
  const { STOCKOUT_API_PLANES: planes = '' } = process.env;
  const files = planes
    .trim()
    .split(' ')
    .map((state) => join(state, 'log', 'audit.log'));
  const events = (await Promise.all(files.map(eventsOf)))
    .flat()
    .filter(({ objectRef }) => !objectRef?.namespace?.startsWith(OF_FEWER_RIGHTS));
  return {
    used: new Set(events.flatMap(rightsOf)),
    refused: events.filter(isRefused).map(({ verb, requestURI }) => `${verb} ${requestURI}`),
    looks: events.flatMap(looksOf),
  };
}

/** A namespace that is on its way out takes nothing new, whatever one's rights are. */
function isRefused({ responseStatus: { code, message } = {} }: AuditEvent): boolean {
  return code === 403 && !message?.endsWith('because it is being terminated');
}

/** Lines that have their end: the last one may still be written. */
async function eventsOf(file: string): Promise<AuditEvent[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
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
