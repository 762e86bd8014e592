// Generated from crds/stockoutmodels.yaml by `npm run generate`: change that file instead.

export interface StockoutModelSpec {
  /**
   * Where the tables and the model versions live.
   */
  storage: {
    /**
     * The root of everything: file:///path (a mounted volume), abfss://container@account.dfs.core.windows.net/path (Azure) or s3://bucket/path.
     */
    uri: string;
    /**
     * A Secret whose keys are the official SDKs' own environment names (AZURE_STORAGE_KEY, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on). The operator's allow-list must hold its name.
     */
    secretRef?: {
      name: string;
    };
    /**
     * Instead of a Secret, the ServiceAccount of a workload identity (AKS, EKS).
     */
    serviceAccountName?: string;
    /**
     * The volume of a file:// storage, mounted at the uri's path. ReadWriteMany and with hard links (NFS, not SMB).
     */
    persistentVolumeClaim?: {
      claimName: string;
    };
  };
  /**
   * The tables (Delta Lake) and how their rows become features.
   */
  data: {
    /**
     * Raw rows, store x product x day. Relative to storage.uri, or an absolute URI.
     */
    rawTable: string;
    /**
     * The same rows with their features and label; written by this model.
     */
    featuresTable: string;
    /**
     * Only where your names differ from the standard ones (store_id, product_id, date, price, promo, daily_sales, inventory, stockout). A column that you lack is left out.
     */
    columns?: {
      /**
       * Standard: store_id.
       */
      store?: string;
      /**
       * Standard: product_id.
       */
      product?: string;
      /**
       * Standard: date.
       */
      date?: string;
      /**
       * Standard: price.
       */
      price?: string;
      /**
       * Standard: daily_sales.
       */
      sales?: string;
      /**
       * Standard: inventory.
       */
      inventory?: string;
      /**
       * Where the store is, in text or whole numbers, for the means of Extended over the stores of a region. None unless it is named here.
       */
      region?: string;
      /**
       * A 0/1 column by its name, or an object that makes 0/1 of a number: column, and one of above, atLeast, below, atMost, equals.
       */
      promo?:
        | string
        | {
            column: string;
            above?: string;
            atLeast?: string;
            below?: string;
            atMost?: string;
            equals?: string;
          };
      /**
       * A 0/1 column by its name, or an object that makes 0/1 of a number: column, and one of above, atLeast, below, atMost, equals.
       */
      stockout?:
        | string
        | {
            column: string;
            above?: string;
            atLeast?: string;
            below?: string;
            atMost?: string;
            equals?: string;
          };
    };
    /**
     * Further numeric columns, used as they are on the day.
     */
    covariates?: {
      column: string;
      /**
       * With features Extended, its lags and means too.
       */
      history: boolean;
    }[];
    /**
     * Standard (15 features) or Extended (adds stockout history, store, product and region rates, weekday, covariates).
     */
    features: 'Standard' | 'Extended';
    /**
     * The label asks whether a stockout is observed within this many days.
     */
    horizonDays: number;
    /**
     * Train on this version of the raw table (time travel); the newest when left out.
     */
    version?: number;
  };
  /**
   * Versions are trained here. May be empty, every field has a default.
   */
  training?: {
    /**
     * Of XGBoost, by the names its documentation uses, in camel case.
     */
    params: {
      /**
       * Trees.
       */
      rounds: number;
      maxDepth: number;
      /**
       * Learning rate, above 0 and at most 1.
       */
      eta: string;
      /**
       * Share of the rows that each tree sees, above 0 and at most 1.
       */
      subsample: string;
      /**
       * Share of the features that each tree sees, above 0 and at most 1.
       */
      colsampleByTree: string;
      lambda: string;
      minChildWeight: string;
      seed: number;
      gamma?: string;
      alpha?: string;
      /**
       * How many rows without a stockout one with a stockout weighs as much as.
       */
      scalePosWeight?: string;
      /**
       * Feature to direction, 1 (more of it is never less risk) or -1 (more of it is never more risk).
       */
      monotone?: {
        [k: string]: -1 | 1;
      };
      /**
       * Trees without a gain on the validation window after which no more are added.
       */
      earlyStoppingRounds?: number;
    };
    /**
     * Which labelled rows a version is tested on; the rest train it.
     */
    split: {
      /**
       * Time (the last testDays labelled days, purged by the horizon), Random (stratified testFraction), Store or Product (testFraction of them, unseen in training).
       */
      strategy: 'Time' | 'Random' | 'Store' | 'Product';
      /**
       * Of strategy Time.
       */
      testDays: number;
      /**
       * Of the other strategies, between 0 and 1.
       */
      testFraction: string;
    };
    /**
     * How margins become probabilities, learned on the validation window.
     */
    calibration: 'None' | 'Platt' | 'Isotonic';
    /**
     * Cron, five fields, or @daily and its kin: when a version is trained again, if there is new data by then.
     */
    schedule?: string;
    /**
     * IANA name, such as Europe/Madrid. Default: UTC.
     */
    timeZone?: string;
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
    /**
     * At least 300, so that the result is on record before the Job goes.
     */
    ttlSecondsAfterFinished: number;
    /**
     * No training starts while true.
     */
    suspend: boolean;
  };
  /**
   * Instead of training, a model that was made elsewhere.
   */
  source?: {
    /**
     * Of an XGBoost model (.json, .ubj). A file:// lies on the volume of the storage, https:// is read without credentials.
     */
    uri?: string;
    mlflow?: {
      /**
       * Such as models:/stockout@champion.
       */
      modelUri: string;
    };
  };
  /**
   * All must hold before a version may serve. Tightened gates never unseat what serves.
   */
  gates: {
    metric: 'auc' | 'prAuc' | 'f1' | 'precision' | 'recall' | 'brier' | 'logLoss' | 'ece';
    /**
     * The metric is at least this.
     */
    min?: string;
    /**
     * The metric is at most this.
     */
    max?: string;
    /**
     * The metric is no more than this worse than the serving version's on the same held-out rows. With nothing serving it passes.
     */
    maxDropFromServing?: string;
    /**
     * The metric is at least this much better than the best single feature's on the same rows.
     */
    minGainOverBaseline?: string;
  }[];
  promotion: {
    /**
     * Automatic (the newest version that passed its gates serves) or Manual (only a pinned version does).
     */
    policy: 'Automatic' | 'Manual';
    /**
     * Pins what serves. A version that failed its gates is refused and the old one keeps serving.
     */
    version?: string;
  };
  serving: {
    /**
     * How many pods serve. Not looked at while autoscaling is given.
     */
    replicas: number;
    /**
     * From which score on a row is labelled 1.
     */
    threshold: {
      /**
       * Fixed (value), F1 (maximises F1 on a validation window) or Cost (minimises the cost of errors there).
       */
      strategy: 'Fixed' | 'F1' | 'Cost';
      /**
       * Of strategy Fixed, between 0 and 1.
       */
      value: string;
      /**
       * What a stockout that nobody saw coming costs.
       */
      missedStockout?: string;
      /**
       * What a warning for nothing costs.
       */
      falseAlarm?: string;
    };
    service: {
      type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
      port: number;
      annotations?: {
        [k: string]: string;
      };
    };
    auth?: {
      /**
       * Every key of this Secret is a valid API key (rotation). The operator's allow-list must hold its name.
       */
      apiKeySecretRef?: {
        name: string;
      };
      /**
       * Tokens of an OpenID Connect issuer, as Bearer. Beside API keys either is enough.
       */
      jwt?: {
        /**
         * Exactly as in the tokens (iss); its configuration and keys are read from there.
         */
        issuer: string;
        /**
         * Whom the tokens must be meant for (aud).
         */
        audience: string;
      };
      /**
       * Requests of each API key, or each token's subject, to one pod.
       */
      rateLimitPerMinute?: number;
    };
    /**
     * HTTP and gRPC are served within TLS. A renewed certificate is taken up without a restart.
     */
    tls?: {
      /**
       * Of type kubernetes.io/tls. The operator's allow-list must hold its name.
       */
      secretName: string;
    };
    rollout: {
      /**
       * BlueGreen (all candidate pods up and proven, then one switch of the Service, then a rollback window) or RollingUpdate (one more pod than serve; both versions answer while pods are replaced).
       */
      strategy: 'BlueGreen' | 'RollingUpdate';
      /**
       * Requests are sent to the candidate too, off the request path, before it serves.
       */
      shadow?: {
        percent: number;
        replay: number;
      };
      /**
       * What the candidate must show before the switch. Missing or NaN is a failure.
       */
      analysis?: {
        durationSeconds: number;
        maxDurationSeconds: number;
        minRequests: number;
        maxErrorRate: string;
        maxP99Milliseconds: number;
        /**
         * Mean absolute difference of scores on the same requests.
         */
        maxScoreShift: string;
      };
      progressDeadlineSeconds: number;
      rollbackWindowSeconds: number;
    };
    /**
     * A HorizontalPodAutoscaler says how many pods there are, by their CPU as a share of what they request: so resources.requests.cpu, or a LimitRange of the namespace, has to be there.
     */
    autoscaling?: {
      minReplicas: number;
      maxReplicas: number;
      targetCPUUtilizationPercentage: number;
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
  };
  monitoring?: {
    drift?: {
      /**
       * Drift is what lasts for ten minutes above this population stability index of a feature or of the scores.
       */
      psiThreshold: string;
      /**
       * Train a version when drift is found and every day while it lasts; once at the most of each version of the raw table.
       */
      retrain: boolean;
    };
  };
  tracking?: {
    mlflow?: {
      /**
       * Of the MLflow server. Credentials go into secretRef.
       */
      trackingUri: string;
      /**
       * Where the runs are; made if there is none. On Databricks a path such as /Shared/stockout.
       */
      experiment: string;
      /**
       * Its versions are the model's, its alias champion is what serves and challenger what is to follow. Without it there are only runs.
       */
      registeredModel?: string;
      /**
       * Whether a training waits for MLflow and fails without it. Else a Job tells MLflow later.
       */
      required: boolean;
      /**
       * The environment of the Jobs, by MLflow's own names: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; with a private CA ca.crt, and MLFLOW_TRACKING_SERVER_CERT_PATH as /etc/mlflow/ca.crt.
       */
      secretRef?: {
        name: string;
      };
    };
  };
  /**
   * Versions kept besides the one that serves.
   */
  versionHistoryLimit: number;
  /**
   * What happens to the versions in storage when this object is deleted.
   */
  deletionPolicy: 'Retain' | 'Delete';
}

export interface StockoutModelStatus {
  observedGeneration?: number;
  /**
   * The version that answers.
   */
  servingVersion?: string;
  /**
   * The version on its way to serve.
   */
  candidateVersion?: string;
  /**
   * The version trained last.
   */
  latestVersion?: string;
  /**
   * Of the version that answers; of the latest one while none does.
   */
  metrics?: {
    auc?: string;
    prAuc?: string;
    f1?: string;
    precision?: string;
    recall?: string;
    brier?: string;
    logLoss?: string;
    ece?: string;
  };
  /**
   * Newest first.
   */
  versions?: {
    name: string;
    state: string;
    /**
     * Why it was refused, or gone back from, though it passed its gates.
     */
    message?: string;
    trainedAt?: string;
    /**
     * Of the raw table.
     */
    dataVersion?: number;
    /**
     * Of model.ubj.
     */
    digest?: string;
    uri?: string;
    /**
     * On the held-out rows. A metric that is not defined there is left out.
     */
    metrics?: {
      auc?: string;
      prAuc?: string;
      f1?: string;
      precision?: string;
      recall?: string;
      brier?: string;
      logLoss?: string;
      ece?: string;
    };
    /**
     * The best single feature on the same rows.
     */
    baseline?: {
      feature: string;
      auc?: string;
      prAuc?: string;
      f1?: string;
    };
    confusionMatrix?: {
      tn: number;
      fp: number;
      fn: number;
      tp: number;
    };
    gates?: {
      metric: string;
      rule: string;
      threshold: string;
      /**
       * What was compared with the threshold. Left out where it is not known.
       */
      value?: string;
      passed: boolean;
      reason?: string;
      message?: string;
    }[];
    warnings?: string[];
    /**
     * The run that shows it.
     */
    mlflowRunId?: string;
  }[];
  /**
   * Of the serving version.
   */
  replicas?: number;
  /**
   * Of the serving pods; what the scale subresource needs.
   */
  selector?: string;
  endpoint?: string;
  nextTrainingTime?: string;
  /**
   * Ready, Trained, GatesPassed, RolledOut, DriftDetected (with monitoring.drift), Tracked (with tracking.mlflow), Recovered (where records of versions were lost); Reconciling and Stalled (kstatus), present only when True.
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
