import type { ContainerStatus, Job, Pod } from '../types.ts';

type Policy = NonNullable<Job['spec']['podFailurePolicy']>;
type Rule = Policy['rules'][number];

export interface Verdict {
  action: 'Count' | 'FailJob' | 'Ignore';
  /** Of FailJob: what the Job's condition says. */
  message?: string;
}

/** What a Job's podFailurePolicy makes of a failed pod: the first rule that matches, else it counts. */
export function judgeFailedPod(policy: Policy | undefined, pod: Pod): Verdict {
  for (const [index, rule] of (policy?.rules ?? []).entries()) {
    const matched = matchExitCodes(rule, pod, index) ?? matchConditions(rule, pod, index);
    if (matched === undefined) continue;
    if (rule.action === 'FailJob') return { action: 'FailJob', message: matched };
    return { action: rule.action === 'Ignore' ? 'Ignore' : 'Count' };
  }
  return { action: 'Count' };
}

function matchExitCodes({ onExitCodes, action }: Rule, pod: Pod, index: number): string | undefined {
  if (!onExitCodes) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const failed = statuses
    .filter(({ name }) => !containerName || containerName === name)
    .find((status) => {
      const code = exitCode(status);
      return code !== undefined && code !== 0 && values.includes(code) === (operator === 'In');
    });
  if (!failed) return undefined;
  const { namespace, name } = pod.metadata;
  return `Container ${failed.name} for pod ${namespace}/${name} failed with exit code ${exitCode(failed)} matching ${action} rule at index ${index}`;
}

const exitCode = ({ state }: ContainerStatus): number | undefined => state?.terminated?.exitCode;

function matchConditions(
  { onPodConditions = [], action }: Rule,
  pod: Pod,
  index: number,
): string | undefined {
  const found = onPodConditions.find(({ type, status }) =>
    pod.status?.conditions?.some((one) => one.type === type && one.status === status),
  );
  if (!found) return undefined;
  const { namespace, name } = pod.metadata;
  return `Pod ${namespace}/${name} has condition ${found.type} matching ${action} rule at index ${index}`;
}
