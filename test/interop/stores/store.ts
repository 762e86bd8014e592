/** A cloud store on this machine. */
export interface Store {
  /** http://127.0.0.1:1234, as a proxy before it may take its place. */
  origin: string;
  /** The URI of a path in the container that is there. */
  uri(path: string, container?: string): string;
  /** What tells clients of the store and of its owner's credentials. */
  environment(origin?: string): Record<string, string>;
  stop(): Promise<void>;
}
