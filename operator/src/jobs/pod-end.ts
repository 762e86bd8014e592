import { failureResultSchema } from '@stockout/contracts';
import type { Pod } from '../api/kubernetes.ts';
import { parseJson } from '../resources/parse-json.ts';
import { lastWords, terminatedOf } from './pod-state.ts';

/** How a pod of a Job ended. */
export interface PodEnd {
  succeeded: boolean;
  /** Of one that failed, for people. */
  words: string;
  /** Its termination message. */
  message: string | undefined;
  /** Its storage did not do its part, so that the same may go well later. */
  isOfStorage: boolean;
  /** Where nobody tells, when it was made: pods of a Job are made one after another. */
  finishedAt: string;
}

/** @returns undefined while it goes on */
export function endOfPod(pod: Pod, container: string): PodEnd | undefined {
  const terminated = terminatedOf(pod, container);
  const taken = takenAway(pod);
  const words = taken?.words ?? lastWords(terminated);
  if (words === undefined) return undefined;
  const { exitCode, message, finishedAt } = terminated ?? {};
  return {
    succeeded: taken === undefined && exitCode === 0,
    words,
    message,
    isOfStorage:
      taken === undefined && failureResultSchema.safeParse(parseJson(message)).data?.cause === 'storage',
    finishedAt: taken?.at ?? finishedAt ?? pod.metadata.creationTimestamp ?? '',
  };
}

/**
 * Evicted, preempted, or lost with its node: what its container said last, if it was ever started, is not why. A pod that
 * takes more disk than it may is evicted without the condition of a disruption, and one that is preempted without a reason.
 */
function takenAway({ status }: Pod): { words: string; at: string | undefined } | undefined {
  if (status?.phase !== 'Failed') return undefined;
  const disruption = status.conditions?.find(
    (each) => each.type === 'DisruptionTarget' && each.status === 'True',
  );
  const { reason, message } = status.reason === undefined ? (disruption ?? {}) : status;
  if (reason === undefined) return undefined;
  return {
    words: message ? `${reason}: ${message.trim()}` : reason,
    at: disruption?.lastTransitionTime,
  };
}
