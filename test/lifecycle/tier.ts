export interface RunningOperator {
  stop(): Promise<void>;
  /** Where it tells its metrics, if this machine reaches it. */
  adminUrl?: string;
}

/** A Kubernetes to live in: localcluster, or a real API server with pods as processes. */
export interface Tier {
  kubeconfigPath: string;
  /** The folder on this machine behind a PersistentVolumeClaim of the namespace default. */
  volume(claim: string): Promise<string>;
  /**
   * Starts an operator; the scenarios stop and start it in the middle of things.
   * @param now its clock, obeyed where the operator is part of this process; elsewhere the time has to pass
   */
  startOperator(now?: () => Date): Promise<RunningOperator>;
  stop(): Promise<void>;
}
