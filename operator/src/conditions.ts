/** Every condition type that the operator sets. What people are told of each is in reasons/, or it does not compile. */
export const CONDITION = {
  /** True while the desired version serves; of a ScoringJob, while its newest run is done, or it is suspended. */
  ready: 'Ready',
  /** True when the version that the spec asks for is made. */
  trained: 'Trained',
  /** Whether the latest version may serve. */
  gatesPassed: 'GatesPassed',
  /** True when the version that is to serve gets all of the traffic. */
  rolledOut: 'RolledOut',
  /** True while what serves is asked about other rows than it learned from; only where spec.monitoring.drift is given. */
  driftDetected: 'DriftDetected',
  /** True when MLflow shows every version, and its aliases what serves; only where spec.tracking.mlflow is given. */
  tracked: 'Tracked',
  /** True when what storage holds of lost versions is on record again; only where something was lost. */
  recovered: 'Recovered',
  /** Of a ScoringJob: the newest run is committed. */
  complete: 'Complete',
  /** Of a ScoringJob: the newest run failed. */
  failed: 'Failed',
  /** kstatus, present only when True: the operator is at work. */
  reconciling: 'Reconciling',
  /** kstatus, present only when True: nothing will change until someone acts. */
  stalled: 'Stalled',
} as const;

/** Every reason that the operator gives. When it is set, and what to do then, is in reasons/, or it does not compile. */
export const REASON = {
  // What holds for the whole object.
  /** The annotation stockout.dev/paused is "true". */
  paused: 'Paused',
  /** The spec uses a field whose behaviour is not built yet; the message names it. */
  notYetSupported: 'NotYetSupported',
  /** The spec names a Secret, ServiceAccount or claim that the operator's allow-list does not hold. */
  nameNotAllowed: 'NameNotAllowed',
  /** The volume of a file:// storage would take the place of files of the images. */
  pathNotAllowed: 'PathNotAllowed',

  /** A schedule is no cron expression, or its time zone does not exist. */
  invalidSchedule: 'InvalidSchedule',

  // What went wrong between the operator and the API server; further ones are the API server's own.
  /** A child has the name of something that is not this object's. */
  nameTaken: 'NameTaken',
  /** The API server finds a child that follows from the spec invalid. */
  childRefused: 'ChildRefused',
  /** The API server, or a webhook of its, refused a request without a reason of one word. */
  requestFailed: 'RequestFailed',
  /** A fault of the operator. */
  internalError: 'InternalError',

  // Reconciling of a StockoutModel; else it has the reason of what the operator is at.
  /** The work goes on, but a pod of it does not get going, or failed: the message says why. No Event tells of it. */
  heldUp: 'HeldUp',

  // Ready of a StockoutModel.
  /** The desired version serves. */
  serving: 'Serving',
  /** Nothing serves, and promotion is Manual: a person has to pin a version. */
  awaitingPromotion: 'AwaitingPromotion',
  /** promotion.version names a version that does not exist or did not pass its gates. */
  pinnedVersionRefused: 'PinnedVersionRefused',
  /** Every pod of the serving version is down. */
  predictorUnavailable: 'PredictorUnavailable',
  /** The Service waits for the address of its load balancer. */
  endpointPending: 'EndpointPending',

  // Trained.
  /** The version is made and on record. */
  trained: 'Trained',
  /** The training Job runs. */
  training: 'Training',
  /** A relative gate needs to know what serves: a candidate is on its way, the training comes after. */
  waitingForRollout: 'WaitingForRollout',
  /** spec.training.suspend, or spec.suspend of a ScoringJob, is true. */
  suspended: 'Suspended',
  /** The storage did not do its part (full, read-only, down, not allowed); the training, or the comparison, is tried again by itself. */
  storageUnavailable: 'StorageUnavailable',
  /** The training failed for good; it is not tried again unasked. */
  trainingFailed: 'TrainingFailed',

  // GatesPassed.
  /** Every gate holds. */
  gatesPassed: 'GatesPassed',
  /** At least one gate does not hold; the message names each. */
  gatesFailed: 'GatesFailed',
  /** The gates hold, but callers would have to send features that the serving version does not need. */
  schemaChanged: 'SchemaChanged',
  /** There is no version yet. */
  noVersion: 'NoVersion',
  /** It lacks nothing but a comparison with what serves, which a Job makes, or is about to. */
  comparing: 'Comparing',
  /** It could not be compared with what serves, and may not serve before; it is not tried again unasked. */
  comparisonFailed: 'ComparisonFailed',

  // RolledOut.
  /** All traffic goes to the version that is to serve. */
  rolledOut: 'RolledOut',
  /** The candidate's pods are coming up. */
  rollingOut: 'RollingOut',
  /** The candidate's pods were not all ready in time; it was given up and the old version keeps serving. */
  progressDeadlineExceeded: 'ProgressDeadlineExceeded',
  /** All candidate pods are up, and it is seen how they do before they get the traffic. */
  proving: 'Proving',
  /** The candidate did not show what serving.rollout.analysis asks for, or did not answer; the old version keeps serving. */
  analysisFailed: 'AnalysisFailed',
  /** There were too few requests to judge the candidate by; the old version keeps serving. */
  inconclusive: 'Inconclusive',
  /** The new version failed within the rollback window; traffic was switched back. */
  rolledBack: 'RolledBack',
  /** No version is to serve. */
  nothingToRollOut: 'NothingToRollOut',

  // DriftDetected.
  /** What serves is asked about other rows than it learned from, for ten minutes and more. */
  driftDetected: 'DriftDetected',
  /** The same, for less than ten minutes. */
  driftSuspected: 'DriftSuspected',
  /** What serves is asked about rows like those that it learned from. */
  noDrift: 'NoDrift',
  /** There are too few rows to tell, no pod tells, or nothing serves. */
  driftUnknown: 'DriftUnknown',

  // Tracked.
  /** MLflow shows every version, and its aliases what serves. */
  tracked: 'Tracked',
  /** A Job tells MLflow, or is about to. */
  tracking: 'Tracking',
  /** MLflow could not be told; it is tried again. */
  trackingFailed: 'TrackingFailed',

  // Recovered.
  /** What was found in storage is on record again. */
  recovered: 'Recovered',
  /** The same, and some versions in storage are not to be relied upon: the message says why. */
  recoveredInPart: 'RecoveredInPart',
  /** A Job looks for versions in storage, or is about to. */
  recovering: 'Recovering',
  /** Storage could not be looked through; it is tried again. */
  recoveryFailed: 'RecoveryFailed',

  // Of a StockoutModel that is deleted, with spec.deletionPolicy Delete.
  /** Its versions are being removed from storage. */
  deleting: 'Deleting',
  /** Its versions could not be removed in time; the message says where they are. */
  versionsLeft: 'VersionsLeft',

  // Of a ScoringJob.
  /** The model that modelRef names does not exist. */
  modelNotFound: 'ModelNotFound',
  /** The model serves nothing yet. */
  noServingVersion: 'NoServingVersion',
  /** spec.version names a version that the model does not have. */
  versionNotFound: 'VersionNotFound',
  /** spec.version names a version that did not pass its gates. */
  versionRefused: 'VersionRefused',
  /** The model cannot be worked on as it is; its own conditions say why. */
  modelNotReady: 'ModelNotReady',
  /** The run goes on. */
  running: 'Running',
  /** The spec changed before the run began. */
  superseded: 'Superseded',
  /** The next run of the schedule was due: spec.concurrencyPolicy is Replace. */
  replaced: 'Replaced',
  /** No run was due yet: the message says when the first is. */
  scheduled: 'Scheduled',
  /** The run is committed. */
  succeeded: 'Succeeded',
  /** The run failed for good. */
  runFailed: 'RunFailed',
} as const;

/** Reasons that somebody should look into: their Events are warnings. */
const TROUBLES: ReadonlySet<string> = new Set([
  REASON.nameTaken,
  REASON.childRefused,
  REASON.requestFailed,
  REASON.internalError,
  REASON.notYetSupported,
  REASON.nameNotAllowed,
  REASON.pathNotAllowed,
  REASON.invalidSchedule,
  REASON.pinnedVersionRefused,
  REASON.predictorUnavailable,
  REASON.storageUnavailable,
  REASON.trainingFailed,
  REASON.gatesFailed,
  REASON.schemaChanged,
  REASON.comparisonFailed,
  REASON.progressDeadlineExceeded,
  REASON.analysisFailed,
  REASON.inconclusive,
  REASON.rolledBack,
  REASON.driftDetected,
  REASON.trackingFailed,
  REASON.recoveredInPart,
  REASON.recoveryFailed,
  REASON.versionsLeft,
  REASON.modelNotFound,
  REASON.modelNotReady,
  REASON.versionNotFound,
  REASON.versionRefused,
  REASON.runFailed,
]);

const KNOWN: ReadonlySet<string> = new Set(Object.values(REASON));

/** The API server's own reasons (Forbidden, ...) are errors, every one. */
export function isTrouble(reason: string): boolean {
  return TROUBLES.has(reason) || !KNOWN.has(reason);
}

/** Why something is as it is. */
export interface Finding {
  reason: string;
  message: string;
}

/** What a condition says, before it is dated. */
export interface Verdict extends Finding {
  status: 'True' | 'False' | 'Unknown';
}

export function isTrue(reason: string, message: string): Verdict {
  return { status: 'True', reason, message };
}

export function isFalse(reason: string, message: string): Verdict {
  return { status: 'False', reason, message };
}
