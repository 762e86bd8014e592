import type { ObjectMeta } from '@stockout/crds';

/** What the operator uses of Kubernetes' own kinds, as they stand in JSON (times are strings). */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** Of a Deployment and a Job; their times have different names and are not used but where a Job ended. */
export interface StatusCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  /** Of a Deployment's condition Progressing: of the last progress. */
  lastUpdateTime?: string;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode: number; reason?: string; message?: string; finishedAt?: string };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod extends KubeObject {
  spec?: PodSpec;
  status?: {
    phase?: string;
    podIP?: string;
    reason?: string;
    message?: string;
    conditions?: StatusCondition[];
    containerStatuses?: ContainerStatus[];
  };
}

interface EnvVar {
  name: string;
  value: string;
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  readOnly?: boolean;
}

export type Volume = { name: string } & (
  | { emptyDir: object }
  | { persistentVolumeClaim: { claimName: string; readOnly?: boolean } }
  | { secret: { secretName: string; optional?: boolean; items?: { key: string; path: string }[] } }
  | { downwardAPI: { items: { path: string; fieldRef: { fieldPath: string } }[] } }
);

interface Probe {
  httpGet: { path: string; port: number };
  periodSeconds: number;
  failureThreshold: number;
  timeoutSeconds?: number;
}

/** Quantities as in a pod: `500m`, `2Gi`, or a plain number. */
export interface Resources {
  limits?: Record<string, number | string>;
  requests?: Record<string, number | string>;
}

export interface Container {
  name: string;
  image: string;
  command: string[];
  args: string[];
  env: EnvVar[];
  envFrom?: { secretRef: { name: string } }[];
  ports?: { name: string; containerPort: number; protocol: 'TCP' }[];
  resources?: Resources;
  volumeMounts: VolumeMount[];
  securityContext: object;
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  terminationMessagePath: string;
  terminationMessagePolicy: 'FallbackToLogsOnError';
}

/** Of a node that a pod may run on although it has such a taint. */
export interface Toleration {
  key?: string;
  operator?: 'Equal' | 'Exists';
  value?: string;
  effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  tolerationSeconds?: number;
}

export interface PodSpec {
  restartPolicy?: 'Never' | 'Always';
  serviceAccountName?: string;
  automountServiceAccountToken: boolean;
  securityContext: object;
  terminationGracePeriodSeconds?: number;
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
  topologySpreadConstraints?: object[];
  containers: Container[];
  volumes: Volume[];
}

export interface PodTemplate {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: PodSpec;
}

export interface Job extends KubeObject {
  spec: {
    backoffLimit: number;
    activeDeadlineSeconds: number;
    ttlSecondsAfterFinished: number;
    podFailurePolicy?: object;
    completionMode?: 'Indexed';
    completions?: number;
    parallelism?: number;
    template: PodTemplate;
  };
  status?: { active?: number; startTime?: string; completionTime?: string; conditions?: StatusCondition[] };
}

export interface Deployment extends KubeObject {
  spec: {
    replicas: number;
    revisionHistoryLimit: number;
    progressDeadlineSeconds: number;
    strategy?: object;
    selector: { matchLabels: Record<string, string> };
    template: PodTemplate;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: StatusCondition[];
  };
}

export interface ServicePort {
  name: string;
  port: number;
  targetPort: number;
  protocol: 'TCP';
  appProtocol?: string;
}

export interface Service extends KubeObject {
  spec: {
    type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
    selector: Record<string, string>;
    ports: ServicePort[];
  };
  status?: {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string; ports?: { port: number }[] }[] };
  };
}

export interface PodDisruptionBudget extends KubeObject {
  spec: {
    maxUnavailable: number;
    selector: { matchLabels: Record<string, string> };
    unhealthyPodEvictionPolicy: 'AlwaysAllow';
  };
}

/** autoscaling/v2, which measures pods' CPU against what they request. */
export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion: string; kind: string; name: string };
    minReplicas: number;
    maxReplicas: number;
    metrics: {
      type: 'Resource';
      resource: { name: 'cpu'; target: { type: 'Utilization'; averageUtilization: number } };
    }[];
  };
}

export interface ConfigMap extends KubeObject {
  immutable?: boolean;
  data?: Record<string, string>;
}

export interface Lease extends KubeObject {
  spec: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** core/v1: what `kubectl describe` shows. */
export interface KubeEvent extends KubeObject {
  involvedObject: {
    apiVersion: string;
    kind: string;
    namespace: string;
    name: string;
    uid?: string | undefined;
  };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  source: { component: string };
  reportingComponent: string;
  reportingInstance: string;
  firstTimestamp: string;
  lastTimestamp: string;
  count: number;
}
