import type { KubeClient } from '@stockout/localcluster/client';

export interface Exchange {
  method: 'DELETE' | 'GET' | 'PATCH' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  /** Content type of the body; JSON unless given. */
  type?: string;
}

export interface Answer {
  code: number;
  warnings?: string[];
  body: unknown;
}

/** Sends a request, and reads the answer without what differs from time to time. */
export async function ask(client: KubeClient, { method, path, body, type }: Exchange): Promise<Answer> {
  const response = await client.open(method, path, body as object | undefined, type);
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8').trim();
  const warnings = (response.headersDistinct.warning ?? []).toSorted();
  return {
    code: response.statusCode ?? 0,
    ...(warnings.length > 0 ? { warnings } : {}),
    body: text.startsWith('{') ? normalize(JSON.parse(text)) : text,
  };
}

const FIXED: Record<string, string> = {
  uid: '<uid>',
  resourceVersion: '<revision>',
  creationTimestamp: '<time>',
  deletionTimestamp: '<time>',
  time: '<time>',
  clusterIP: '<ip>',
  nodePort: '<port>',
  'controller-uid': '<uid>',
  'batch.kubernetes.io/controller-uid': '<uid>',
};

/** Keys sorted; uids, revisions, times and addresses named instead of told. */
function normalize(value: unknown): unknown {
  const kind = (value as { kind?: string } | null)?.kind ?? '';
  if (!CONTROLLED.has(kind)) return named(value);
  // What controllers add is shown by tests of what they do.
  const { status: _status, ...object } = value as { status?: unknown; metadata: Metadata };
  const { annotations: { [REVISION]: _revision, ...annotations } = {}, ...all } = object.metadata;
  const metadata = all.deletionTimestamp === undefined ? all : withoutRevision(all);
  const managedFields = (metadata.managedFields ?? []).filter(
    ({ manager }) => !/-(controller|scheduler|manager)$/.test(manager),
  );
  const kept = Object.keys(annotations).length > 0 ? { annotations } : {};
  return named({ ...object, metadata: { ...metadata, ...kept, managedFields } });
}

const CONTROLLED = new Set(['Deployment', 'Job', 'Pod']);
const REVISION = 'deployment.kubernetes.io/revision';

/** A pod that Kubernetes' own cleanup removes before its DELETE does is answered as last seen, with no revision. */
function withoutRevision({ resourceVersion: _version, ...metadata }: Metadata): Metadata {
  return metadata;
}

interface Metadata {
  deletionTimestamp?: string;
  resourceVersion?: string;
  annotations?: Record<string, string>;
  managedFields?: Entry[];
}

function named(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(named);
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(isInvalid(value) ? inOrder(value) : value)
    .map(([key, child]) => {
      if (key === 'clusterIPs') return [key, ['<ip>']] as const;
      if (key === 'causes') return [key, named(sortCauses(child as Cause[]))] as const;
      if (key === 'managedFields') return [key, named(sortManagers(child as Entry[]))] as const;
      const fixed = FIXED[key];
      const scalar = typeof child === 'string' || typeof child === 'number';
      return [key, fixed !== undefined && scalar ? fixed : named(child)] as const;
    })
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

interface Cause {
  field?: string;
  message: string;
}

interface Invalid {
  message: string;
  details: { causes: Cause[] };
}

function isInvalid(value: object): value is Invalid {
  const { reason, details } = value as { reason?: string; details?: { causes?: Cause[] } };
  return reason === 'Invalid' && (details?.causes ?? []).length > 1;
}

/** A real API server lists what is wrong with several fields in an order that changes from time to time. */
function inOrder(status: Invalid): Invalid {
  const { message, details } = status;
  const lines = details.causes.map(({ field = '', message: why }) => (field ? `${field}: ${why}` : why));
  const list = message.slice(message.indexOf('[') + 1, -1);
  const isThat = list.length === lines.join(', ').length && lines.every((line) => list.includes(line));
  if (!isThat) return status;
  return { ...status, message: message.replace(list, () => lines.toSorted().join(', ')) };
}

function sortCauses(causes: Cause[]): Cause[] {
  const key = ({ field = '', message }: Cause): string => `${message} ${field}`;
  return causes.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

interface Entry {
  manager: string;
  operation: string;
  subresource?: string;
}

/** Entries of one second are in no particular order. */
function sortManagers(entries: Entry[]): Entry[] {
  const key = ({ manager, operation, subresource = '' }: Entry): string =>
    `${operation} ${manager} ${subresource}`;
  return entries.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function scrub(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replaceAll(/(at |")20\d\d-\d\d-\d\dT[\d:]+Z/g, '$1<time>')
    .replaceAll(/resourceVersion\\?":\\?"\d+/g, 'resourceVersion":"<revision>');
}
