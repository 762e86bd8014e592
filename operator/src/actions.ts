import type { KubeObject } from './api/kubernetes.ts';

/** One write to the cluster. `why` goes to the log. */
export type Action =
  /** POST; it is well when ours is there already. */
  | { verb: 'create'; object: KubeObject; why: string }
  /** Server-side apply on top of the observed resourceVersion; undefined: it is not there yet. */
  | { verb: 'apply'; object: KubeObject; onto: string | undefined; why: string }
  /** Only this very object, by its uid; and only while `given`, if any, is as it was observed. */
  | { verb: 'delete'; object: KubeObject; given?: KubeObject | undefined; why: string };

/** As the golden logs print it. */
export function describeAction({ verb, object, why }: Action): string {
  return `${verb} ${object.kind} ${object.metadata.name}: ${why}`;
}
