/** What an operator is told at its start; the plans depend on it. */
export interface Settings {
  images: { pipeline: string; predictor: string };
  /** Patterns (`*` is any text) for names of Secrets, ServiceAccounts and claims that a spec may use. */
  allowedNames: readonly string[];
  /** Of pods that are processes of one machine, without a cluster's DNS, see `isInNetwork`. */
  podNetwork: string;
}
