import { isDeepStrictEqual } from 'node:util';
import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required, unsupported } from '../registry/metadata.ts';
import type { Strategy } from '../registry/resource.ts';
import type { Job } from '../types.ts';
import { defaultPodSpec, immutable, validatePodSpec } from './pod-spec.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
] as const;

export const jobStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as Job;
    spec.completionMode ??= 'NonIndexed';
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    spec.parallelism ??= 1;
    spec.backoffLimit ??= 6;
    spec.suspend ??= false;
    spec.manualSelector ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
    if (spec.template?.spec) {
      // A template's own default of Always is never right for a Job: validation asks for a choice.
      const { restartPolicy } = spec.template.spec;
      defaultPodSpec(spec.template.spec);
      if (restartPolicy === undefined) delete spec.template.spec.restartPolicy;
    }
  },
  create(object) {
    const job = object as Job;
    if (job.spec.manualSelector) return;
    const { name, uid } = job.metadata;
    const labels = {
      'batch.kubernetes.io/controller-uid': uid,
      'batch.kubernetes.io/job-name': name,
      'controller-uid': uid,
      'job-name': name,
    };
    job.spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
    const { template } = job.spec;
    const all = { ...template.metadata?.labels, ...labels };
    // As a real API server does where a Job has no labels: the two share a map.
    job.metadata.labels ??= all;
    template.metadata = { ...template.metadata, labels: all };
    job.status = {};
  },
  validate(object, old) {
    const { spec } = object as Job;
    const causes = spec.template?.spec ? validatePodSpec(spec.template.spec, 'spec.template.spec') : [];
    return [...causes, ...validateSpec(spec), ...(old ? validateUpdate(spec, (old as Job).spec) : [])];
  },
};

function validateSpec(spec: Job['spec']): StatusCause[] {
  const causes = COUNTS.filter((field) => (spec[field] ?? 0) < 0).map((field) =>
    invalidValue(`spec.${field}`, spec[field], 'must be greater than or equal to 0'),
  );
  const policy = spec.template?.spec?.restartPolicy;
  if (policy === undefined || policy === 'Always') {
    causes.push(required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'));
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    causes.push(unsupported('spec.template.spec.restartPolicy', policy, ['OnFailure', 'Never']));
  }
  if (spec.podFailurePolicy && policy !== 'Never') {
    const why = 'only "Never" is supported when podFailurePolicy is specified';
    causes.push(invalidValue('spec.template.spec.restartPolicy', policy ?? '', why));
  }
  if (spec.completionMode === 'Indexed') {
    causes.push(invalidValue('spec.completionMode', 'Indexed', 'localcluster runs NonIndexed Jobs only'));
  }
  return causes;
}

function validateUpdate(spec: Job['spec'], old: Job['spec']): StatusCause[] {
  const fixed = ['selector', 'template', 'completions', 'completionMode', 'podFailurePolicy'] as const;
  return fixed
    .filter((field) => !isDeepStrictEqual(spec[field], old[field]))
    .map((field) => immutable(`spec.${field}`, spec[field]));
}
