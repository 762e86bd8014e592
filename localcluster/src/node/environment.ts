import { delimiter } from 'node:path';
import process from 'node:process';
import { POD_NETWORK_VARIABLE } from '@stockout/contracts';
import type { Container, Pod } from '../types.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { fieldValue, resourceValue } from './downward.ts';
import { expand } from './expand.ts';

/** Variables of this machine that an image would bring, or that say where things are found here. */
const INHERITED = [
  'HOME',
  'LANG',
  'LC_ALL',
  'NODE_EXTRA_CA_CERTS',
  'STOCKOUT_CACHE',
  'SystemRoot',
  'TMPDIR',
  'TZ',
  'USER',
  'XDG_CACHE_HOME',
  'XGBOOST_LIBRARY',
];

type EnvVar = NonNullable<Container['env']>[number];

/**
 * A container's environment: envFrom, then env in order, `$(NAME)` expanded, mount paths rewritten in what the spec
 * itself says. HOST is the pod's own address, unless the spec sets it: all pods share one network, so each listens on
 * its own address.
 * @throws NotReadyError CreateContainerConfigError when a ConfigMap, Secret or key is missing
 */
export function environmentOf(
  context: NodeContext,
  pod: Pod,
  container: Container,
  rewrite: (text: string) => string,
): Record<string, string> {
  const env: Record<string, string> = fromSources(context, pod, container);
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? fromReference(context, pod, container, variable, rewrite)
      : expand(rewrite(variable.value ?? ''), env);
    if (value !== undefined) env[variable.name] = value;
  }
  env.HOST ??= pod.status?.podIP ?? '';
  return { ...ofThisMachine(context), ...env };
}

function ofThisMachine({ binDir, addresses }: NodeContext): Record<string, string> {
  const path = [binDir, process.env.PATH].filter((part) => part !== undefined).join(delimiter);
  const kept = INHERITED.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), PATH: path, [POD_NETWORK_VARIABLE]: addresses.network };
}

function fromSources(context: NodeContext, pod: Pod, { envFrom = [] }: Container): Record<string, string> {
  const env: Record<string, string> = {};
  const namespace = pod.metadata.namespace ?? '';
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const config = configMapRef && found(configMapRef, 'configmap', namespace, context.configMap);
    const secret = secretRef && found(secretRef, 'secret', namespace, context.secret);
    for (const [key, value] of Object.entries(config?.data ?? {})) env[prefix + key] = value;
    for (const [key, value] of Object.entries(secret?.data ?? {})) env[prefix + key] = decode(value);
  }
  return env;
}

interface Reference {
  name?: string;
  optional?: boolean;
}

function found<T>(
  { name = '', optional }: Reference,
  kind: string,
  namespace: string,
  find: (namespace: string, name: string) => T | undefined,
): T | undefined {
  const object = find(namespace, name);
  if (!object && !optional) throw configError(`${kind} "${name}" not found`);
  return object;
}

function fromReference(
  context: NodeContext,
  pod: Pod,
  container: Container,
  { valueFrom }: EnvVar,
  rewrite: (text: string) => string,
): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {};
  const namespace = pod.metadata.namespace ?? '';
  if (configMapKeyRef) {
    const config = found(configMapKeyRef, 'configmap', namespace, context.configMap);
    return keyOf(config?.data, configMapKeyRef, `ConfigMap ${namespace}/${configMapKeyRef.name}`);
  }
  if (secretKeyRef) {
    const secret = found(secretKeyRef, 'secret', namespace, context.secret);
    const value = keyOf(secret?.data, secretKeyRef, `Secret ${namespace}/${secretKeyRef.name}`);
    return value === undefined ? undefined : decode(value);
  }
  if (fieldRef) return rewrite(fieldValue(pod, fieldRef.fieldPath));
  if (!resourceFieldRef) return undefined;
  const { resource, divisor } = resourceFieldRef;
  return resourceValue(container, resource, divisor === '0' ? '1' : divisor);
}

function keyOf(
  data: Record<string, string> | undefined,
  { key, optional }: Reference & { key: string },
  where: string,
): string | undefined {
  const value = data?.[key];
  if (value === undefined && !optional) throw configError(`couldn't find key ${key} in ${where}`);
  return value;
}

function configError(message: string): NotReadyError {
  return new NotReadyError('CreateContainerConfigError', 'Failed', message);
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
