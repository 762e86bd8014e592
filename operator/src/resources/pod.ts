import type { StockoutModelSpec } from '@stockout/crds';
import type { Container, PodSpec, Resources, Volume, VolumeMount } from '../api/kubernetes.ts';
import { type Placement, placementOf } from './placement.ts';

/** The user of our images; the volume is made writable for its group. */
const USER = 65532;
export const RESULT_FILE = '/dev/termination-log';
const FILE_SCHEME = 'file://';

export interface ContainerInput {
  name: string;
  image: string;
  args: string[];
  resources?: Resources | undefined;
  storage: StockoutModelSpec['storage'];
  /** Further Secrets whose keys are its environment. */
  secrets?: readonly string[];
  /** Predictors only read. */
  readOnlyStorage: boolean;
  mounts: VolumeMount[];
}

/** A container that the restricted Pod Security Standard admits, with the model's storage. */
export function buildContainer(input: ContainerInput): Container {
  const { storage } = input;
  const named = storage.secretRef === undefined ? [] : [storage.secretRef.name];
  const secrets = [...new Set([...named, ...(input.secrets ?? [])])];
  return {
    name: input.name,
    image: input.image,
    command: ['stockout'],
    // Kubernetes puts the environment, so Secrets, in the place of $(NAME): what people wrote stays as they wrote it.
    args: input.args.map((arg) => arg.replaceAll('$', '$$$$')),
    env: [{ name: 'TMPDIR', value: '/tmp' }],
    ...(secrets.length === 0 ? {} : { envFrom: secrets.map((name) => ({ secretRef: { name } })) }),
    ...(input.resources === undefined ? {} : { resources: input.resources }),
    volumeMounts: [
      { name: 'tmp', mountPath: '/tmp' },
      ...storageMounts(storage, input.readOnlyStorage),
      ...input.mounts,
    ],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    terminationMessagePath: RESULT_FILE,
    // A process that died without leaving a result: its last words are in the log.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

/**
 * What pods of a workload identity bear besides their ServiceAccount: AKS gives a token to those alone that have the
 * label; EKS goes by the account.
 */
export function identityLabels({ serviceAccountName }: StockoutModelSpec['storage']): Record<string, string> {
  return serviceAccountName === undefined ? {} : { 'azure.workload.identity/use': 'true' };
}

export interface PodInput {
  container: Container;
  storage: StockoutModelSpec['storage'];
  readOnlyStorage: boolean;
  /** Default: whatever node has no taint. */
  placement?: Placement | undefined;
  volumes: Volume[];
}

/** No token of the pod's ServiceAccount is mounted: nothing in these pods speaks to the API server. */
export function buildPodSpec(input: PodInput): PodSpec {
  const { container, storage, readOnlyStorage, volumes } = input;
  const { serviceAccountName } = storage;
  return {
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...placementOf(input.placement),
    containers: [container],
    volumes: [{ name: 'tmp', emptyDir: {} }, ...storageVolumes(storage, readOnlyStorage), ...volumes],
  };
}

/** The volume lies at the URI's own path, so that a URI means the same in every pod. */
function storageMounts(storage: StockoutModelSpec['storage'], readOnly: boolean): VolumeMount[] {
  if (!storage.uri.startsWith(FILE_SCHEME)) return [];
  const mountPath = decodeURIComponent(storage.uri.slice(FILE_SCHEME.length)).replace(/\/+$/, '');
  return [{ name: 'storage', mountPath, ...(readOnly ? { readOnly } : {}) }];
}

function storageVolumes(storage: StockoutModelSpec['storage'], readOnly: boolean): Volume[] {
  const claim = storage.persistentVolumeClaim;
  if (!storage.uri.startsWith(FILE_SCHEME) || claim === undefined) return [];
  return [
    {
      name: 'storage',
      persistentVolumeClaim: { claimName: claim.claimName, ...(readOnly ? { readOnly } : {}) },
    },
  ];
}
