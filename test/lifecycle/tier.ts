/** A Kubernetes to live in: localcluster, or a real API server with pods as processes. */
export interface Tier {
  kubeconfigPath: string;
  /** The folder on this machine behind a PersistentVolumeClaim of the namespace default. */
  volume(claim: string): Promise<string>;
  /** Starts an operator; the scenarios stop and start it in the middle of things. */
  startOperator(): Promise<{ stop(): Promise<void> }>;
  stop(): Promise<void>;
}
