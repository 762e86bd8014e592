import type { KubeObject, Pod } from '../types.ts';
import type { FileContent } from './atomic-files.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { fieldValue, resourceValue } from './downward.ts';

type Volume = NonNullable<Pod['spec']['volumes']>[number];
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number];
type Files = Record<string, FileContent>;

/** A projection that a pod's own ServiceAccount token goes into. */
const TOKEN_SECONDS = 3600;

/**
 * The files of a configMap, secret, downwardAPI or projected volume. What the pod's own spec says (annotations,
 * labels) has its mount paths rewritten, as its arguments have; ConfigMaps and Secrets stay as they are.
 * @returns undefined for a volume of another kind
 * @throws NotReadyError when a ConfigMap, Secret or key is missing
 */
export async function volumeFiles(
  context: NodeContext,
  pod: Pod,
  volume: Volume,
  rewrite: (text: string) => string,
): Promise<Files | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const mode = (configMap ?? secret ?? downwardAPI ?? projected)?.defaultMode;
  let sources: Projection[];
  if (configMap) sources = [{ configMap }];
  else if (secret) {
    const { secretName, ...rest } = secret;
    sources = [{ secret: { ...rest, ...(secretName === undefined ? {} : { name: secretName }) } }];
  } else if (downwardAPI) sources = [{ downwardAPI }];
  else if (projected) sources = projected.sources ?? [];
  else return undefined;
  const files: Files = {};
  for (const source of sources)
    Object.assign(files, await project(context, pod, volume.name, source, rewrite));
  if (mode !== undefined) for (const file of Object.values(files)) file.mode ??= mode;
  return files;
}

async function project(
  context: NodeContext,
  pod: Pod,
  volume: string,
  { configMap, secret, downwardAPI, serviceAccountToken }: Projection,
  rewrite: (text: string) => string,
): Promise<Files> {
  const namespace = pod.metadata.namespace ?? '';
  if (configMap) {
    const object = required(
      context.configMap(namespace, configMap.name ?? ''),
      volume,
      'configmap',
      configMap,
    );
    const data = { ...object?.data, ...decodeAll(object?.binaryData) };
    return pick(data, configMap, volume, 'config');
  }
  if (secret) {
    const object = required(context.secret(namespace, secret.name ?? ''), volume, 'secret', secret);
    return pick(decodeAll(object?.data), secret, volume, 'secret');
  }
  if (downwardAPI) return downward(pod, downwardAPI.items ?? [], rewrite);
  if (!serviceAccountToken) return {};
  return {
    [serviceAccountToken.path]: { data: await token(context, pod, serviceAccountToken), mode: 0o600 },
  };
}

function required<T extends KubeObject>(
  object: T | undefined,
  volume: string,
  kind: string,
  { name = '', optional }: { name?: string; optional?: boolean },
): T | undefined {
  if (!object && !optional) throw setUpFailed(volume, `${kind} "${name}" not found`);
  return object;
}

function setUpFailed(volume: string, why: string): NotReadyError {
  const message = `MountVolume.SetUp failed for volume "${volume}" : ${why}`;
  return new NotReadyError('ContainerCreating', 'FailedMount', message);
}

interface Items {
  items?: { key: string; path: string; mode?: number }[];
  optional?: boolean;
}

function pick(
  data: Record<string, Buffer | string>,
  { items, optional }: Items,
  volume: string,
  kind: string,
): Files {
  if (!items) return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, { data: value }]));
  const files: Files = {};
  for (const { key, path, mode } of items) {
    const value = data[key];
    if (value === undefined && !optional)
      throw setUpFailed(volume, `references non-existent ${kind} key: ${key}`);
    if (value !== undefined) files[path] = { data: value, ...(mode === undefined ? {} : { mode }) };
  }
  return files;
}

function decodeAll(data: Record<string, string> | undefined): Record<string, Buffer> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')]),
  );
}

type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];

function downward(pod: Pod, items: DownwardItem[], rewrite: (text: string) => string): Files {
  const entries = items.map(({ path, fieldRef, resourceFieldRef, mode }) => {
    const container = pod.spec.containers.find(({ name }) => name === resourceFieldRef?.containerName);
    const data = fieldRef
      ? rewrite(fieldValue(pod, fieldRef.fieldPath))
      : container && resourceFieldRef
        ? resourceValue(container, resourceFieldRef.resource, resourceFieldRef.divisor)
        : '';
    return [path, { data, ...(mode === undefined ? {} : { mode }) }] as const;
  });
  return Object.fromEntries(entries);
}

async function token(
  { client }: NodeContext,
  pod: Pod,
  { audience, expirationSeconds }: NonNullable<Projection['serviceAccountToken']>,
): Promise<string> {
  const { namespace = '', name, uid } = pod.metadata;
  const account = pod.spec.serviceAccountName ?? 'default';
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const answer = await client.post<{ status: { token: string } }>(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: {
      audiences: audience ? [audience] : [],
      expirationSeconds: expirationSeconds ?? TOKEN_SECONDS,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
    },
  });
  return answer.status.token;
}
