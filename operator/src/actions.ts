import type { KubeObject } from './api/kubernetes.ts';

/** One write to the cluster, done only while `given`, if any, is as it was observed. `why` goes to the log. */
export type Action = { why: string; given?: KubeObject | undefined } &
  /** POST; it is well when ours is there already. */
  (
    | { verb: 'create'; object: KubeObject }
    /**
     * Server-side apply on top of the observed resourceVersion; undefined: it is not there yet. `manager` is who owns the
     * fields then; the operator when left out.
     */
    | { verb: 'apply'; object: KubeObject; onto: string | undefined; manager?: string }
    /** Its finalizers alone, on top of the resourceVersion that it has here. */
    | { verb: 'finalize'; object: KubeObject }
    /**
     * Only this very object, by its uid. `unlessTold`: a Job, and only while none of its pods, as they are at this moment,
     * has its result.
     */
    | { verb: 'delete'; object: KubeObject; unlessTold?: true }
  );

/** As the golden logs print it. */
export function describeAction({ verb, object, why }: Action): string {
  return `${verb} ${object.kind} ${object.metadata.name}: ${why}`;
}
