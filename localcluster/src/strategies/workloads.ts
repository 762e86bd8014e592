import { isDeepStrictEqual } from 'node:util';
import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required } from '../registry/metadata.ts';
import type { Strategy } from '../registry/resource.ts';
import { matchesSelector } from '../registry/selectors.ts';
import type { Deployment, KubeObject, Pod, ReplicaSet } from '../types.ts';
import { defaultPodSpec, immutable, validatePodSpec } from './pod-spec.ts';

type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

const TOLERATION_SECONDS = 300;
const EVICTS = 'NoExecute';
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];

export const podStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as Pod;
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
  },
  create(object) {
    const pod = object as Pod;
    pod.spec.serviceAccountName ??= 'default';
    pod.spec.serviceAccount ??= pod.spec.serviceAccountName;
    pod.spec.priority ??= 0;
    pod.spec.preemptionPolicy ??= 'PreemptLowerPriority';
    pod.spec.tolerations = withDefaultTolerations(pod);
    pod.status = { phase: 'Pending', qosClass: qosClass(pod) };
  },
  validate(object, old) {
    const causes = validatePodSpec((object as Pod).spec, 'spec', RESTART_POLICIES);
    return old ? [...causes, ...podUpdate(object as Pod, old as Pod)] : causes;
  },
};

/** A node that is gone for a while is no reason to move, unless the pod says for itself how it takes that. */
function withDefaultTolerations({ spec: { tolerations = [] } }: Pod): Toleration[] {
  const given = (key: string) =>
    tolerations.some((each) => (!each.key || each.key === key) && (!each.effect || each.effect === EVICTS));
  const defaults = ['not-ready', 'unreachable']
    .map((taint) => `node.kubernetes.io/${taint}`)
    .filter((key) => !given(key))
    .map((key) => ({ key, operator: 'Exists', effect: EVICTS, tolerationSeconds: TOLERATION_SECONDS }));
  return [...tolerations, ...defaults];
}

function qosClass({ spec }: Pod): string {
  const resources = spec.containers.map((container) => container.resources ?? {});
  if (resources.every(({ limits, requests }) => !limits && !requests)) return 'BestEffort';
  const guaranteed = resources.every(
    ({ limits = {}, requests = {} }) => limits.cpu && limits.memory && isDeepStrictEqual(limits, requests),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** What of a pod's spec no update may change. */
function fixed({ spec }: Pod): object {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, nodeName: _node, ...rest } = spec;
  return { ...rest, containers: spec.containers.map(({ image: _image, ...container }) => container) };
}

function podUpdate(pod: Pod, old: Pod): StatusCause[] {
  const bound = old.spec.nodeName === undefined || old.spec.nodeName === pod.spec.nodeName;
  if (bound && isDeepStrictEqual(fixed(pod), fixed(old))) return [];
  const why =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [{ reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field: 'spec' }];
}

export const replicaSetStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as ReplicaSet;
    spec.replicas ??= 1;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  create(object) {
    (object as ReplicaSet).status = { replicas: 0 };
  },
  validate: validateWorkload,
};

export const deploymentStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as Deployment;
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    spec.strategy ??= {};
    spec.strategy.type ??= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate ??= {};
      spec.strategy.rollingUpdate.maxSurge ??= '25%';
      spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    }
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  create(object) {
    (object as Deployment).status = {};
  },
  validate: validateWorkload,
};

function validateWorkload(object: KubeObject, before?: KubeObject): StatusCause[] {
  const { spec } = object as Deployment | ReplicaSet;
  const causes: StatusCause[] = [];
  if (!spec.selector) return [required('spec.selector')];
  const labels = spec.template?.metadata?.labels ?? {};
  if (!matchesSelector(spec.selector, labels)) {
    const why = '`selector` does not match template `labels`';
    causes.push(invalidValue('spec.template.metadata.labels', labels, why));
  }
  if ((spec.replicas ?? 0) < 0) {
    causes.push(invalidValue('spec.replicas', spec.replicas, 'must be greater than or equal to 0'));
  }
  const old = before as Deployment | undefined;
  if (old && !isDeepStrictEqual(old.spec.selector, spec.selector))
    causes.push(immutable('spec.selector', spec.selector));
  if (spec.template?.spec)
    causes.push(...validatePodSpec(spec.template.spec, 'spec.template.spec', ['Always']));
  return causes;
}
