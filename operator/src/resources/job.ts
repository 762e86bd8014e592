import type { Job, PodTemplate } from '../api/kubernetes.ts';
import { type Owner, ownerReference } from './names.ts';

const EXIT_WRONG_SPEC = 2;

export interface JobInput {
  owner: Owner;
  name: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  /** Of the pod's one container. */
  containerName: string;
  template: PodTemplate;
  backoffLimit: number;
  activeDeadlineSeconds: number;
  ttlSecondsAfterFinished: number;
}

/** A Job that gives up at once when the spec or the data is wrong, and to which an eviction is no failure. */
export function buildJob(input: JobInput): Job {
  const { owner, name, labels, annotations, template } = input;
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
      podFailurePolicy: {
        rules: [
          {
            action: 'FailJob',
            onExitCodes: { containerName: input.containerName, operator: 'In', values: [EXIT_WRONG_SPEC] },
          },
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
        ],
      },
      template,
    },
  };
}
