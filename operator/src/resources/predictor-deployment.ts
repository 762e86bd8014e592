import type { StockoutModel } from '@stockout/crds';
import type { Deployment, PodTemplate, Volume, VolumeMount } from '../api/kubernetes.ts';
import type { Finding } from '../conditions.ts';
import { ANNOTATION, type Color, hashOf, LABEL, labelsOf, ownerReference, predictorName } from './names.ts';
import { withAppliedHash } from './applied.ts';
import { buildContainer, buildPodSpec, identityLabels } from './pod.ts';

export const PREDICT_PORT = 8000;
export const GRPC_PORT = 8001;
const ADMIN_PORT = 9090;
const API_KEYS_FOLDER = '/etc/stockout/api-keys';
const TLS_FOLDER = '/etc/stockout/tls';
/**
 * Longer than the predictor drains: 5 s of accepting while endpoints spread, then open requests. A preStop that sleeps
 * would only come before these 5 s: the node sends SIGTERM at the moment when the endpoints are told.
 */
const GRACE_SECONDS = 40;
const PINNED = '-pinned';

/**
 * No pod goes before another is ready. One more at a time, and of many pods a tenth, so that a version which turns out
 * badly has not replaced many before somebody notices.
 */
const NEVER_FEWER = {
  type: 'RollingUpdate' as const,
  rollingUpdate: { maxUnavailable: 0, maxSurge: '10%' },
};
/** What pods are kept apart by, as far as there is room: nodes, and the zones that these are in. */
const SPREAD_OVER = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'];

export interface PredictorInput {
  model: StockoutModel;
  color: Color;
  version: PredictorVersion;
  image: string;
  /** Left out where an autoscaler says it: then it is not ours to write. */
  replicas?: number | undefined;
  /** Since when it is put to the proof; undefined before. */
  provenFrom?: string | undefined;
}

/** Where a version lies and what it must be. */
interface PredictorVersion {
  version: string;
  uri: string;
  digest: string;
}

/** One color of a model's predictor: the pods of one version under one spec. */
export function buildPredictorDeployment(input: PredictorInput): Deployment {
  const { model, color, version } = input;
  const { name, namespace } = model.metadata;
  const { rollout } = model.spec.serving;
  const template = buildTemplate(input);
  return withAppliedHash({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: predictorName(name, color),
      namespace,
      labels: { ...template.metadata.labels, [LABEL.version]: version.version },
      annotations: {
        [ANNOTATION.templateHash]: templateHash(input),
        ...(input.provenFrom === undefined ? {} : { [ANNOTATION.provenFrom]: input.provenFrom }),
      },
      ownerReferences: [ownerReference(model)],
    },
    spec: {
      // Of what is there it is always known; of what is applied only where it is ours.
      ...(input.replicas === undefined ? ({} as { replicas: number }) : { replicas: input.replicas }),
      revisionHistoryLimit: 1,
      progressDeadlineSeconds: rollout.progressDeadlineSeconds,
      strategy: NEVER_FEWER,
      selector: { matchLabels: predictorSelector(name, color) },
      template,
    },
  });
}

/** The same Deployment with a template of another day, which today's spec may not make any more. */
export function withTemplate(
  deployment: Deployment,
  before: { version: string; templateHash: string; template: PodTemplate },
): Deployment {
  const { metadata, spec } = deployment;
  return withAppliedHash({
    ...deployment,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [LABEL.version]: before.version },
      annotations: { ...metadata.annotations, [ANNOTATION.templateHash]: before.templateHash },
    },
    spec: { ...spec, template: before.template },
  });
}

/** The same Deployment without pods: the record that this template was tried and given up, and why. */
export function buildGivenUpPredictor(input: PredictorInput, { reason, message }: Finding): Deployment {
  const deployment = buildPredictorDeployment(input);
  const annotations = {
    ...deployment.metadata.annotations,
    [ANNOTATION.givenUp]: message,
    [ANNOTATION.givenUpReason]: reason,
    [ANNOTATION.attempt]: predictorAttempt(input.model, input.version.version),
  };
  return withAppliedHash({
    ...deployment,
    metadata: { ...deployment.metadata, annotations },
    spec: { ...deployment.spec, replicas: 0 },
  });
}

/** How a candidate is tried, besides its template. @param version whose pin counts; none where that is no reason */
export function predictorAttempt({ spec }: StockoutModel, version?: string): string {
  const { autoscaling, replicas, rollout } = spec.serving;
  const { progressDeadlineSeconds, shadow, analysis } = rollout;
  const parts = [autoscaling?.minReplicas ?? replicas, progressDeadlineSeconds, shadow, analysis];
  const hash = hashOf(parts.filter((part) => part !== undefined));
  return version !== undefined && spec.promotion.version === version ? `${hash}${PINNED}` : hash;
}

/** Whether it was tried so before: who pins a version wants another try, who unpins it does not. */
export function wasTriedSo(model: StockoutModel, version: string, attempt: string | undefined): boolean {
  const now = predictorAttempt(model, version);
  return attempt === now || attempt === `${now}${PINNED}`;
}

/** What tells one candidate from another, whatever their colors. */
export function templateHash(input: Omit<PredictorInput, 'color' | 'replicas'>): string {
  return hashOf(buildTemplate({ ...input, color: 'blue' }));
}

/** Whether the pods of a Deployment of ours serve within TLS, whatever the spec says by now. */
export function speaksTls({ spec }: Deployment): boolean {
  return spec.template.spec.containers.some(({ args }) => args.includes('--tls-dir'));
}

export function predictorSelector(model: string, color: string): Record<string, string> {
  return { [LABEL.model]: model, [LABEL.color]: color };
}

function buildTemplate({ model, color, version, image }: PredictorInput): PodTemplate {
  const { storage, serving } = model.spec;
  const { name } = model.metadata;
  const secrets = [
    mounted('api-keys', serving.auth?.apiKeySecretRef?.name, API_KEYS_FOLDER),
    mounted('tls', serving.tls?.secretName, TLS_FOLDER),
  ];
  const container = buildContainer({
    name: 'predictor',
    image,
    args: [...serveArgs(version), ...callerArgs(serving.auth), ...secrets.flatMap(({ args }) => args)],
    resources: serving.resources,
    storage,
    readOnlyStorage: true,
    mounts: secrets.flatMap(({ mounts }) => mounts),
  });
  const selector = predictorSelector(name, color);
  return {
    metadata: {
      labels: {
        ...labelsOf(name, 'predictor'),
        ...selector,
        [LABEL.version]: version.version,
        ...identityLabels(storage),
      },
    },
    spec: {
      ...buildPodSpec({
        container: { ...container, ...PORTS_AND_PROBES },
        storage,
        readOnlyStorage: true,
        placement: serving,
        volumes: secrets.flatMap(({ volumes }) => volumes),
      }),
      terminationGracePeriodSeconds: GRACE_SECONDS,
      topologySpreadConstraints: SPREAD_OVER.map((topologyKey) => ({
        maxSkew: 1,
        topologyKey,
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selector },
        // While a template is replaced, the pods that are about to go take no place.
        matchLabelKeys: ['pod-template-hash'],
      })),
    },
  };
}

function serveArgs({ uri, digest }: PredictorVersion): string[] {
  const ports = { port: PREDICT_PORT, 'grpc-port': GRPC_PORT, 'admin-port': ADMIN_PORT };
  const options = Object.entries(ports).flatMap(([name, port]) => [`--${name}`, String(port)]);
  return ['serve', '--model', uri, '--digest', digest, ...options];
}

/** Who is let in besides those with an API key, and how often. */
function callerArgs(auth: StockoutModel['spec']['serving']['auth']): string[] {
  const { jwt, rateLimitPerMinute } = auth ?? {};
  return [
    ...(jwt === undefined ? [] : ['--jwt-issuer', jwt.issuer, '--jwt-audience', jwt.audience]),
    ...(rateLimitPerMinute === undefined ? [] : ['--rate-limit-per-minute', String(rateLimitPerMinute)]),
  ];
}

interface MountedSecret {
  args: string[];
  mounts: VolumeMount[];
  volumes: Volume[];
}

/** A Secret as files, and the option `--<name>-dir` that tells where; nothing where none is named. */
function mounted(name: string, secretName: string | undefined, mountPath: string): MountedSecret {
  if (secretName === undefined) return { args: [], mounts: [], volumes: [] };
  return {
    args: [`--${name}-dir`, mountPath],
    mounts: [{ name, mountPath, readOnly: true }],
    volumes: [{ name, secret: { secretName } }],
  };
}

/** Ready means that the version's golden predictions were reproduced: how long that takes is no reason to restart. */
const PORTS_AND_PROBES = {
  ports: [
    { name: 'http', containerPort: PREDICT_PORT, protocol: 'TCP' as const },
    { name: 'grpc', containerPort: GRPC_PORT, protocol: 'TCP' as const },
    { name: 'admin', containerPort: ADMIN_PORT, protocol: 'TCP' as const },
  ],
  startupProbe: probe('/livez', { periodSeconds: 1, failureThreshold: 120 }),
  readinessProbe: probe('/readyz', { periodSeconds: 2, failureThreshold: 3 }),
  livenessProbe: probe('/livez', { periodSeconds: 10, failureThreshold: 3 }),
};

function probe(path: string, often: { periodSeconds: number; failureThreshold: number }) {
  return { httpGet: { path, port: ADMIN_PORT }, timeoutSeconds: 2, ...often };
}
