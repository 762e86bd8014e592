/**
 * Writes generated/wire-types.json: how the built-in kinds that kubectl sends as protobuf stand on the wire, read from the
 * struct tags of Kubernetes' Go API. Run with the folder of those modules and their version:
 *
 *     node localcluster/src/schema/generate-wire-types.ts "$(go env GOMODCACHE)/k8s.io" v0.35.4
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import type { WireField, WireTypes } from './wire-types.ts';

const PACKAGES = {
  meta: 'apimachinery/pkg/apis/meta/v1',
  core: 'api/core/v1',
  apps: 'api/apps/v1',
  autoscaling: 'api/autoscaling/v2',
  batch: 'api/batch/v1',
  policy: 'api/policy/v1',
} as const;
/** What `kubectl create` and its like send. */
const KINDS: Record<string, string> = {
  'v1/ConfigMap': 'core.ConfigMap',
  'v1/Namespace': 'core.Namespace',
  'v1/Secret': 'core.Secret',
  'v1/Service': 'core.Service',
  'v1/ServiceAccount': 'core.ServiceAccount',
  'apps/v1/Deployment': 'apps.Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler': 'autoscaling.HorizontalPodAutoscaler',
  'batch/v1/Job': 'batch.Job',
  'policy/v1/PodDisruptionBudget': 'policy.PodDisruptionBudget',
};
/** How Go files name the packages that they import. */
const IMPORTS: Record<string, string> = { metav1: 'meta', v1: 'core', corev1: 'core' };
const LEAVES: Record<string, string> = {
  string: 'string',
  'types.UID': 'string',
  'types.NodeName': 'string',
  bool: 'bool',
  int32: 'int',
  int64: 'int',
  '[]byte': 'bytes',
  'resource.Quantity': 'quantity',
  'intstr.IntOrString': 'int-or-string',
  'meta.Time': 'time',
  'meta.MicroTime': 'time',
};
const STRUCT = /^type (?<name>\w+) struct \{\n(?<body>[\s\S]*?)^\}/gm;
const ALIAS = /^type (?<name>\w+) (?<type>[\w.[\]]+)$/gm;
const FIELD =
  /^\t(?:\w+ +)?(?<type>[\w.*[\]]+) +`json:"(?<json>[^",]*)[^"]*" (?:patch\w+:"[^"]*" )*protobuf:"\w+,(?<id>\d+),[^`]*`/gm;

const [, , modules = '', version = ''] = argv;
const structs = new Map<string, string>();
const aliases = new Map<string, string>();
for (const [name, path] of Object.entries(PACKAGES)) {
  const [module = '', ...folders] = path.split('/');
  const text = await readFile(join(modules, `${module}@${version}`, ...folders, 'types.go'), 'utf8');
  for (const { groups } of text.matchAll(STRUCT)) structs.set(`${name}.${groups?.name}`, groups?.body ?? '');
  for (const { groups } of text.matchAll(ALIAS)) aliases.set(`${name}.${groups?.name}`, groups?.type ?? '');
}

const types: WireTypes['types'] = {};
for (const type of Object.values(KINDS)) collect(type);
const sorted = Object.fromEntries(Object.entries(types).toSorted(([a], [b]) => (a < b ? -1 : 1)));
const file = new URL('generated/wire-types.json', import.meta.url);
await writeFile(file, `${JSON.stringify({ kinds: KINDS, types: sorted })}\n`);

function collect(type: string): void {
  const body = structs.get(type);
  if (types[type] || body === undefined) return;
  const fields: Record<string, WireField> = {};
  types[type] = fields;
  const [home = ''] = type.split('.');
  for (const { groups } of body.matchAll(FIELD)) {
    if (groups?.json === '-') continue;
    const [shape, of] = shapeOf(groups?.type ?? '', home);
    fields[groups?.id ?? ''] = [groups?.json ?? '', of, shape];
    collect(of);
  }
}

function shapeOf(text: string, home: string): [shape: WireField[2], type: string] {
  if (text.startsWith('*')) return ['pointer', shapeOf(text.slice(1), home)[1]];
  if (text.startsWith('[]') && text !== '[]byte') return ['list', shapeOf(text.slice(2), home)[1]];
  const map = /^map\[\w+\](?<value>.+)$/.exec(text)?.groups?.value;
  if (map !== undefined) return ['map', shapeOf(map, home)[1]];
  const leaf = LEAVES[text];
  if (leaf !== undefined) return ['value', leaf];
  const [prefix, name] = text.includes('.') ? text.split('.') : [home, text];
  const full = `${IMPORTS[prefix ?? ''] ?? prefix}.${name}`;
  const known = LEAVES[full];
  if (known !== undefined) return ['value', known];
  const alias = aliases.get(full);
  return alias === undefined ? ['value', full] : shapeOf(alias, full.split('.')[0] ?? '');
}
