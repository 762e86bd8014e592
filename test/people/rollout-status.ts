import type { Deployment } from '../../operator/src/api/kubernetes.ts';

/** What `kubectl rollout status deployment/NAME --watch=false` of kubectl 1.35 says, whose word test/api has. */
export function rolloutStatus({ metadata, spec, status = {} }: Deployment): string {
  const { name, generation = 0 } = metadata;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (generation > observedGeneration) return 'Waiting for deployment spec update to be observed...';
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    return `error: deployment "${name}" exceeded its progress deadline`;
  const waiting = `Waiting for deployment "${name}" rollout to finish:`;
  if (updatedReplicas < spec.replicas)
    return `${waiting} ${updatedReplicas} out of ${spec.replicas} new replicas have been updated...`;
  if (replicas > updatedReplicas)
    return `${waiting} ${replicas - updatedReplicas} old replicas are pending termination...`;
  if (availableReplicas < updatedReplicas)
    return `${waiting} ${availableReplicas} of ${updatedReplicas} updated replicas are available...`;
  return `deployment "${name}" successfully rolled out`;
}
