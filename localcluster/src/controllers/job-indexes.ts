import type { Job, Pod } from '../types.ts';
import { isActive, isFinished } from './pods.ts';

/** Label and annotation that say which index of an Indexed Job a pod works on. */
export const INDEX_KEY = 'batch.kubernetes.io/job-completion-index';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

/** The index that a pod works on; undefined on one that has none, or none that the Job asks for. */
export function indexOf({ metadata }: Pod, { spec }: Job): number | undefined {
  const text = metadata.annotations?.[INDEX_KEY] ?? '';
  const index = /^\d{1,9}$/.test(text) ? Number(text) : Infinity;
  return index < (spec.completions ?? 0) ? index : undefined;
}

/** Indexes to make pods for, lowest first: neither done nor worked on. */
export function openIndexes(job: Job, pods: readonly Pod[], completed: ReadonlySet<number>): number[] {
  // With this policy a pod that is being deleted keeps its index until it has ended.
  const holds = job.spec.podReplacementPolicy === 'Failed' ? (pod: Pod) => !isFinished(pod) : isActive;
  const taken = new Set(pods.filter(holds).map((pod) => indexOf(pod, job)));
  const all = Array.from({ length: job.spec.completions ?? 0 }, (_, index) => index);
  return all.filter((index) => !completed.has(index) && !taken.has(index));
}

/** Pods that run for nothing: of an index that is done, that another works on, or that is not asked for any more. */
export function surplusPods(job: Job, pods: readonly Pod[], completed: ReadonlySet<number>): Pod[] {
  const taken = new Set<number>();
  return pods.filter(isActive).filter((pod) => {
    const index = indexOf(pod, job);
    if (index === undefined || completed.has(index) || taken.has(index)) return true;
    taken.add(index);
    return false;
  });
}

/** As a Job's status tells them: `0-2,5`. */
export function formatIndexes(indexes: Iterable<number>): string {
  const runs: [first: number, last: number][] = [];
  for (const index of [...indexes].toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  // Two that follow each other are told apart, three and more as a range.
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`,
    )
    .join(',');
}

/** Reads what formatIndexes wrote. */
export function parseIndexes(text: string): Set<number> {
  const runs = text === '' ? [] : text.split(',').map((run) => run.split('-').map(Number));
  return new Set(
    runs.flatMap(([first = 0, last = first]) =>
      Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
    ),
  );
}
