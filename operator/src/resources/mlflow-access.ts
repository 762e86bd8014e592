import type { StockoutModel } from '@stockout/crds';
import type { Volume, VolumeMount } from '../api/kubernetes.ts';

const FOLDER = '/etc/mlflow';
const CERTIFICATE = 'ca.crt';

/** What a container needs to speak to MLflow. */
export interface MlflowAccess {
  /** Secrets whose keys are its environment, by the names that MLflow's own clients read. */
  secrets: string[];
  mounts: VolumeMount[];
  volumes: Volume[];
}

/** A private CA lies in the same Secret as `ca.crt`, and MLFLOW_TRACKING_SERVER_CERT_PATH says /etc/mlflow/ca.crt there. */
export function mlflowAccess({ spec }: StockoutModel): MlflowAccess {
  const name = spec.tracking?.mlflow?.secretRef?.name;
  if (name === undefined) return { secrets: [], mounts: [], volumes: [] };
  const secret = { secretName: name, optional: true, items: [{ key: CERTIFICATE, path: CERTIFICATE }] };
  return {
    secrets: [name],
    mounts: [{ name: 'mlflow', mountPath: FOLDER, readOnly: true }],
    volumes: [{ name: 'mlflow', secret }],
  };
}
