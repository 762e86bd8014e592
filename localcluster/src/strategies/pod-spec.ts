import { invalidValue, problem, required, unsupported } from '../registry/metadata.ts';
import { labelProblem } from '../registry/names.ts';
import type { StatusCause } from '../api/api-error.ts';
import type { Container, PodSpec } from '../types.ts';

const MODE = 0o644;
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
type Probe = NonNullable<Container['livenessProbe']>;
type Volume = NonNullable<PodSpec['volumes']>[number];

/** What a real API server fills in a pod's spec, in templates and pods alike. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ??= 'Always';
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ??= 'default-scheduler';
  spec.securityContext ??= {};
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])])
    defaultContainer(container);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: Container): void {
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.imagePullPolicy ??= pullPolicy(container.image ?? '');
  container.resources ??= {};
  const { limits, requests } = container.resources;
  if (limits) container.resources.requests = { ...limits, ...requests };
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ??= 'v1';
    if (valueFrom?.resourceFieldRef) valueFrom.resourceFieldRef.divisor ??= '0';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe) defaultProbe(probe);
  }
}

function pullPolicy(image: string): string {
  const name = image.split('/').at(-1) ?? '';
  if (name.includes('@')) return 'IfNotPresent';
  return !name.includes(':') || name.endsWith(':latest') ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.httpGet) {
    probe.httpGet.scheme ??= 'HTTP';
    probe.httpGet.path ??= '/';
  }
}

function defaultVolume(volume: Volume): void {
  const { configMap, downwardAPI, hostPath, projected, secret } = volume;
  for (const source of [configMap, downwardAPI, projected, secret]) if (source) source.defaultMode ??= MODE;
  if (hostPath) hostPath.type ??= '';
  const files = [
    ...(downwardAPI?.items ?? []),
    ...(projected?.sources ?? []).flatMap((one) => one.downwardAPI?.items ?? []),
  ];
  for (const { fieldRef } of files) if (fieldRef) fieldRef.apiVersion ??= 'v1';
}

/**
 * The rules that matter to whoever writes a pod by hand.
 * @param at the field, such as spec.template.spec
 * @param policies the restart policies that are possible; none where the kind judges itself
 */
export function validatePodSpec(spec: PodSpec, at: string, policies?: string[]): StatusCause[] {
  const causes: StatusCause[] = [];
  if (!spec.containers || spec.containers.length === 0) causes.push(required(`${at}.containers`));
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  for (const field of ['initContainers', 'containers'] as const) {
    (spec[field] ?? []).forEach((container, index) => {
      causes.push(...validateContainer(container, `${at}.${field}[${index}]`, volumes));
    });
  }
  causes.push(
    ...duplicates(spec.volumes ?? [], `${at}.volumes`),
    ...duplicates(spec.containers ?? [], `${at}.containers`),
  );
  if (policies && !policies.includes(spec.restartPolicy ?? '')) {
    causes.push(unsupported(`${at}.restartPolicy`, spec.restartPolicy, policies));
  }
  return causes;
}

function validateContainer(container: Container, at: string, volumes: Set<string>): StatusCause[] {
  const causes: StatusCause[] = [];
  const { name: own, image, imagePullPolicy = 'Always', ports = [], env = [] } = container;
  if (own) causes.push(...problem(`${at}.name`, own, labelProblem(own)));
  else causes.push(required(`${at}.name`));
  if (!image) causes.push(required(`${at}.image`));
  ports.forEach(({ containerPort: port }, index) => {
    if (Number.isInteger(port) && port >= 1 && port <= 65_535) return;
    const why = 'must be between 1 and 65535, inclusive';
    causes.push(invalidValue(`${at}.ports[${index}].containerPort`, port, why));
  });
  env.forEach(({ name }, index) => {
    if (!name) causes.push(required(`${at}.env[${index}].name`));
  });
  if (!PULL_POLICIES.includes(imagePullPolicy)) {
    causes.push(unsupported(`${at}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES));
  }
  (container.volumeMounts ?? []).forEach(({ name, mountPath }, index) => {
    const field = `${at}.volumeMounts[${index}]`;
    if (!mountPath) causes.push(required(`${field}.mountPath`));
    if (volumes.has(name)) return;
    causes.push({
      reason: 'FieldValueNotFound',
      message: `Not found: ${JSON.stringify(name)}`,
      field: `${field}.name`,
    });
  });
  return causes;
}

function duplicates(list: { name: string }[], at: string): StatusCause[] {
  return list.flatMap(({ name }, index) =>
    list.findIndex((one) => one.name === name) < index
      ? [
          {
            reason: 'FieldValueDuplicate',
            message: `Duplicate value: ${JSON.stringify(name)}`,
            field: `${at}[${index}].name`,
          },
        ]
      : [],
  );
}

export function immutable(field: string, value: unknown): StatusCause {
  return invalidValue(field, value, 'field is immutable');
}
