/** The operator's own client, for commands that ask on a person's behalf. */
export { accessOf } from './access-from-kubeconfig.ts';
export { KubeClient } from './client.ts';
export { Connection } from './connection.ts';
export {
  DEPLOYMENT,
  JOB,
  type Kind,
  objectPath,
  POD,
  SCORING_JOB,
  SERVICE,
  STOCKOUT_MODEL,
} from './kinds.ts';
export { KubeError, NOT_LOGGED_IN } from './kube-error.ts';
export { readKubeconfig } from './kubeconfig.ts';
