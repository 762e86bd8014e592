/**
 * Writes generated/kubernetes.json: the schemas of the built-in kinds that localcluster serves, as a real API server
 * publishes them (OpenAPI v3), without descriptions. They say which fields there are, which lists merge by
 * which keys, which are atomic. Run against a real API server:
 *
 *     kubectl proxy --port 8999 & node localcluster/src/schema/generate.ts http://127.0.0.1:8999
 */
import { writeFile } from 'node:fs/promises';
import { argv } from 'node:process';

const GROUP_VERSIONS = {
  'api/v1': [
    'ConfigMap',
    'Event',
    'Namespace',
    'Node',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'Pod',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'apis/apps/v1': ['Deployment', 'ReplicaSet'],
  'apis/autoscaling/v2': ['HorizontalPodAutoscaler'],
  'apis/batch/v1': ['Job'],
  'apis/coordination.k8s.io/v1': ['Lease'],
  'apis/discovery.k8s.io/v1': ['EndpointSlice'],
  'apis/events.k8s.io/v1': ['Event'],
  'apis/policy/v1': ['PodDisruptionBudget'],
  'apis/apiextensions.k8s.io/v1': ['CustomResourceDefinition'],
} as const;

type Json = Record<string, unknown>;

interface Document {
  info: { version: string };
  components: { schemas: Record<string, Json> };
}

const REF = '#/components/schemas/';
/** Words of OpenAPI that describe rather than constrain. */
const DROPPED = new Set(['description', 'example', 'externalDocs', 'x-kubernetes-unions']);

const server = argv[2] ?? 'http://127.0.0.1:8001';
const schemas: Record<string, Json> = {};
const kinds: Record<string, string> = {};
let version = '';

for (const [path, wanted] of Object.entries(GROUP_VERSIONS)) {
  const response = await fetch(`${server}/openapi/v3/${path}`, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  const document = (await response.json()) as Document;
  version = document.info.version;
  for (const kind of wanted) {
    const name = nameOf(document, path, kind);
    kinds[`${path.replace(/^apis?\//, '')}/${kind}`] = name;
    collect(document, name);
  }
}

const sorted = Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(
  new URL('generated/kubernetes.json', import.meta.url),
  `${JSON.stringify({ version, kinds, schemas: sorted })}\n`,
);

function nameOf(document: Document, path: string, kind: string): string {
  const [group, apiVersion] = path === 'api/v1' ? ['', 'v1'] : path.slice('apis/'.length).split('/');
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const gvks = (schema['x-kubernetes-group-version-kind'] ?? []) as Json[];
    if (
      gvks.length === 1 &&
      gvks[0]?.kind === kind &&
      gvks[0].group === group &&
      gvks[0].version === apiVersion
    )
      return name;
  }
  throw new Error(`${path} has no ${kind}`);
}

function collect(document: Document, name: string): void {
  if (schemas[name]) return;
  const source = document.components.schemas[name];
  if (!source) throw new Error(`no schema ${name}`);
  schemas[name] = {};
  schemas[name] = strip(source, document) as Json;
}

function strip(node: unknown, document: Document, names = false): unknown {
  if (Array.isArray(node)) return node.map((item) => strip(item, document));
  if (typeof node !== 'object' || node === null) return node;
  const result: Json = {};
  for (const [key, value] of Object.entries(node)) {
    if (!names && DROPPED.has(key)) continue;
    if (!names && key === '$ref') collect(document, String(value).slice(REF.length));
    result[key] = strip(value, document, !names && key === 'properties');
  }
  return result;
}
