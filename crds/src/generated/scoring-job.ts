// Generated from crds/scoringjobs.yaml by `npm run generate`: change that file instead.

export interface ScoringJobSpec {
  /**
   * A StockoutModel in the same namespace.
   */
  modelRef: {
    name: string;
  };
  /**
   * Of the model. Default: what serves when the run starts; pinned for the whole run.
   */
  version?: string;
  input: {
    /**
     * Raw rows, relative to the model's storage.uri, or an absolute URI. Default: the model's raw table.
     */
    table?: string;
    /**
     * The last days of every store and product, the newest day included; all days when left out.
     */
    lastDays?: number;
  };
  output: {
    table: string;
    /**
     * Overwrite (the table), Append, or ReplaceWindow (the days that are scored).
     */
    mode: 'Overwrite' | 'Append' | 'ReplaceWindow';
  };
  /**
   * Pods that score a run together; all shards are one commit. For engine DuckDB.
   */
  shards: number;
  /**
   * Cron, five fields, or @daily and its kin: when a run begins. Without, a run begins at every change of the spec.
   */
  schedule?: string;
  /**
   * IANA name, such as Europe/Madrid. Default: UTC.
   */
  timeZone?: string;
  /**
   * No run starts while true.
   */
  suspend: boolean;
  /**
   * When a run is due while another one goes on: Forbid (it waits), Replace (the other one ends first and commits nothing after; for engine DuckDB), Allow (both go on, 20 at most).
   */
  concurrencyPolicy: 'Forbid' | 'Replace' | 'Allow';
  /**
   * A run that could not begin for so long after its time is not begun any more; without, the last one that was missed is caught up.
   */
  startingDeadlineSeconds?: number;
  /**
   * Finished runs that are kept.
   */
  historyLimit: number;
  /**
   * What computes features and scores.
   */
  engine: {
    type: 'DuckDB' | 'Spark';
    /**
     * Of a Spark Connect server.
     */
    connectUrl?: string;
    secretRef?: {
      name: string;
    };
  };
  /**
   * Of the container, as in a pod.
   */
  resources?: {
    limits?: {
      [k: string]: number | string;
    };
    requests?: {
      [k: string]: number | string;
    };
  };
  /**
   * Labels that a node must have to run the pods, as in a pod.
   */
  nodeSelector?: {
    [k: string]: string;
  };
  /**
   * Taints of nodes that do not keep the pods away, as in a pod.
   */
  tolerations?: {
    /**
     * Of the taint, such as stockout.dev/pool.
     */
    key?: string;
    /**
     * Equal (the value of the taint, the default) or Exists (any value).
     */
    operator?: 'Equal' | 'Exists';
    value?: string;
    /**
     * Every effect when left out.
     */
    effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
    /**
     * For how long a pod stays on a node that gets the taint; for ever when left out.
     */
    tolerationSeconds?: number;
  }[];
  backoffLimit: number;
  activeDeadlineSeconds: number;
}

export interface ScoringJobStatus {
  observedGeneration?: number;
  lastSuccessfulTime?: string;
  /**
   * The last time of the schedule that a run stands for.
   */
  lastScheduleTime?: string;
  nextRunTime?: string;
  /**
   * Newest first.
   */
  runs?: {
    name: string;
    version?: string;
    startedAt?: string;
    finishedAt?: string;
    rows?: number;
    atRisk?: number;
    tableVersion?: number;
    state: string;
    message?: string;
  }[];
  /**
   * Complete, Failed, Ready; Reconciling and Stalled (kstatus), present only when True.
   */
  conditions?: {
    type: string;
    status: 'True' | 'False' | 'Unknown';
    observedGeneration?: number;
    lastTransitionTime: string;
    reason: string;
    message: string;
  }[];
}
