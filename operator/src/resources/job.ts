import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { Job, PodTemplate, Volume } from '../api/kubernetes.ts';
import { MANIFEST_MOUNT, MANIFEST_VOLUME, manifestText } from './manifest-file.ts';
import { ANNOTATION, type Owner, ownerReference } from './names.ts';
import type { Placement } from './placement.ts';
import { buildContainer, buildPodSpec, type ContainerInput, identityLabels } from './pod.ts';

const EXIT_WRONG_SPEC = 2;

export interface JobInput {
  owner: Owner;
  name: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  /** Of the pod's one container, which reads its manifest from a file besides. */
  container: ContainerInput;
  volumes?: readonly Volume[];
  placement: Placement | undefined;
  /** What the manifest holds. */
  manifest: readonly (StockoutModel | ScoringJob)[];
  backoffLimit: number;
  activeDeadlineSeconds: number;
  ttlSecondsAfterFinished: number;
  /** Pods at a time, each with an index of its own; one without when left out. */
  shards?: number;
}

/** A Job that gives up at once when the spec or the data is wrong, and to which an eviction is no failure. */
export function buildJob(input: JobInput): Job {
  const { owner, name, labels, annotations } = input;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      namespace: owner.metadata.namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownerReference(owner)],
    },
    spec: {
      backoffLimit: input.backoffLimit,
      activeDeadlineSeconds: input.activeDeadlineSeconds,
      ttlSecondsAfterFinished: input.ttlSecondsAfterFinished,
      ...sharding(input.shards),
      podFailurePolicy: {
        rules: [
          {
            action: 'FailJob',
            onExitCodes: { containerName: input.container.name, operator: 'In', values: [EXIT_WRONG_SPEC] },
          },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template: buildTemplate(input),
    },
  };
}

function sharding(shards = 1): Partial<Job['spec']> {
  return shards === 1 ? {} : { completionMode: 'Indexed', completions: shards, parallelism: shards };
}

function buildTemplate({ labels, container, volumes = [], placement, manifest }: JobInput): PodTemplate {
  const { storage, readOnlyStorage, mounts } = container;
  const spec = buildPodSpec({
    container: buildContainer({ ...container, mounts: [MANIFEST_MOUNT, ...mounts] }),
    storage,
    readOnlyStorage,
    placement,
    volumes: [MANIFEST_VOLUME, ...volumes],
  });
  return {
    metadata: {
      labels: { ...labels, ...identityLabels(storage) },
      annotations: { [ANNOTATION.manifest]: manifestText(...manifest) },
    },
    spec: { ...spec, restartPolicy: 'Never' },
  };
}
