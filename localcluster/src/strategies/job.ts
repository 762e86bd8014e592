import { isDeepStrictEqual } from 'node:util';
import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required, unsupported } from '../registry/metadata.ts';
import { labelProblem } from '../registry/names.ts';
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

/** Of an Indexed Job. */
const MOST_AT_A_TIME = 100_000;

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
    return [
      ...causes,
      ...validateSpec(spec),
      ...validateIndexed(object as Job),
      ...(old ? validateUpdate(spec, (old as Job).spec) : []),
    ];
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
  return causes;
}

function validateIndexed({ metadata, spec }: Job): StatusCause[] {
  if (spec.backoffLimitPerIndex !== undefined) {
    const why = 'localcluster counts the failures of a whole Job only';
    return [invalidValue('spec.backoffLimitPerIndex', spec.backoffLimitPerIndex, why)];
  }
  if (spec.completionMode !== 'Indexed') return [];
  if (spec.completions === undefined) {
    return [required('spec.completions', 'when completion mode is Indexed')];
  }
  const { completions, parallelism = 1 } = spec;
  const many = `must be less than or equal to ${MOST_AT_A_TIME} when completion mode is Indexed`;
  // Pods have the host names `<name>-<index>`.
  const host = `${metadata.name}-${completions - 1}`;
  const wrong = `will not able to create pod with invalid DNS label: ${host}`;
  return [
    ...(parallelism > MOST_AT_A_TIME ? [invalidValue('spec.parallelism', parallelism, many)] : []),
    ...(completions > 0 && labelProblem(host) ? [invalidValue('metadata.name', metadata.name, wrong)] : []),
  ];
}

function validateUpdate(spec: Job['spec'], old: Job['spec']): StatusCause[] {
  const fixed = ['selector', 'template', 'completionMode', 'podFailurePolicy'] as const;
  const changed = fixed.filter((field) => !isDeepStrictEqual(spec[field], old[field]));
  return [
    ...changed.map((field) => immutable(`spec.${field}`, spec[field])),
    ...validateCompletions(spec, old),
  ];
}

/** Fixed; but an Indexed Job that runs all at a time may be made smaller and larger. */
function validateCompletions(spec: Job['spec'], old: Job['spec']): StatusCause[] {
  if (spec.completions === old.completions) return [];
  if (spec.completionMode !== 'Indexed') return [immutable('spec.completions', spec.completions)];
  if (spec.completions === undefined || spec.completions === spec.parallelism) return [];
  return [
    invalidValue(
      'spec.completions',
      spec.completions,
      'can only be modified in tandem with spec.parallelism',
    ),
  ];
}
