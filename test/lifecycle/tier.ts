export interface RunningOperator {
  stop(): Promise<void>;
  /** Where it tells its metrics, if this machine reaches it. */
  adminUrl?: string;
}

export interface PodAddress {
  name: string;
  ip: string;
}

/** A Kubernetes to live in: localcluster, or a real API server with pods as processes. */
export interface Tier {
  kubeconfigPath: string;
  /** This machine's, where pods do not reach the one from which it reaches the API server. */
  addressForPods?: string | undefined;
  /** The folder on this machine behind a PersistentVolumeClaim of the namespace default. */
  volume(claim: string): Promise<string>;
  /**
   * Starts an operator; the scenarios stop and start it in the middle of things.
   * @param now its clock; where the operator is not part of this process, what it says at the start is what counts
   */
  startOperator(now?: () => Date): Promise<RunningOperator>;
  /** Ends the process that a pod of the namespace default runs, as a crash does. */
  crash(pod: PodAddress): Promise<void>;
  stop(): Promise<void>;
}
