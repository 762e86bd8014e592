import { NOTHING_TO_DO, type WordsOfSome } from './words.ts';

/** Reasons of a StockoutModel's other conditions: how its versions come about, and what is kept and told of them. */
export const VERSIONS = {
  Trained: {
    on: ['Trained=True'],
    when: 'The version that the spec asks for is made and on record.',
    todo: NOTHING_TO_DO,
  },
  Training: {
    on: ['Trained=False', 'Ready=False'],
    when: 'A training starts, runs, or has ended and goes on record.',
    todo: 'Wait. Where the message says that its pod does not start, mend that: an image, a Secret, a claim, a node that takes it.',
    see: 'runbooks/StockoutTrainingOverdue.md',
  },
  WaitingForRollout: {
    on: ['Trained=False', 'Ready=False'],
    when: 'A gate compares with what serves, and a candidate is on its way. The training begins once it is known which version serves.',
    todo: 'Wait.',
  },
  StorageUnavailable: {
    on: ['Trained=False', 'GatesPassed=False', 'Ready=False'],
    when: 'The storage of a training, or of a comparison with what serves, was full, read-only, down, or did not let its pod in. Nothing is half made, and what serves goes on serving. The Job is run again 10 minutes later, for as long as it takes.',
    todo: 'Mend what the message names. Delete the Job if ten minutes are too long.',
    see: 'storage.md',
  },
  TrainingFailed: {
    on: ['Trained=False', 'Ready=False'],
    when: 'The training failed for good. What serves goes on serving.',
    todo: "Do what the message says: it is the command's own. It is tried again when the spec changes (more memory or time is enough), or by `stockout retrain NAME`.",
    see: 'runbooks/StockoutTrainingOverdue.md',
  },
  GatesPassed: {
    on: ['GatesPassed=True'],
    when: 'Every gate holds for the latest version.',
    todo: 'Nothing. With `spec.promotion.policy` Manual, pin the version to let it serve.',
  },
  GatesFailed: {
    on: ['GatesPassed=False', 'Ready=False'],
    when: 'At least one gate does not hold for the latest version. The message has each of these with its figures. What serves goes on serving.',
    todo: "Read the version's `report.html`. Other data, features or parameters may make a better version; a gate that asks too much is yours to lower.",
    see: 'runbooks/StockoutGateFailures.md',
  },
  SchemaChanged: {
    on: ['GatesPassed=False'],
    when: 'The gates hold, but the latest version needs features that callers of the serving version do not send. They would be answered 422.',
    todo: 'Have callers send the features that the message names, then pin the version.',
  },
  Comparing: {
    on: ['GatesPassed=False', 'Ready=False'],
    when: 'Every gate holds but one that asks for a comparison with what serves, which no training made. A Job compares the two, or will once a training or rollout has ended. What serves goes on serving.',
    todo: 'Wait. Where the message says that its pod does not start, mend that.',
    see: 'rollouts.md#before-compared-with-what-serves',
  },
  ComparisonFailed: {
    on: ['GatesPassed=False'],
    when: 'That Job failed for good, so that the version may not serve.',
    todo: "Mend what the message says: it is the command's own. It is tried again when `spec.training`, `spec.data` or `spec.storage` changes (more memory or time is enough), or by `stockout retrain NAME`.",
    see: 'rollouts.md#before-compared-with-what-serves',
  },
  NoVersion: {
    on: ['GatesPassed=Unknown'],
    when: 'There is no version yet.',
    todo: 'Nothing here: Trained says how far the training is.',
  },
  Tracked: {
    on: ['Tracked=True'],
    when: 'MLflow shows every version, and its aliases what serves.',
    todo: NOTHING_TO_DO,
  },
  Tracking: {
    on: ['Tracked=False'],
    when: 'A Job tells MLflow, or is about to.',
    todo: 'Wait. Nothing else waits for MLflow.',
  },
  TrackingFailed: {
    on: ['Tracked=False'],
    when: 'A Job could not tell MLflow. It is tried again 10 minutes later, and versions serve all the same.',
    todo: 'Mend what the message says: the address, the credentials, the server. Deleting the Job tries at once.',
    see: 'mlflow.md',
  },
  Recovered: {
    on: ['Recovered=True'],
    when: 'Records of versions were lost in the cluster, and were made again from storage.',
    todo: NOTHING_TO_DO,
    see: 'operations.md#restore',
  },
  RecoveredInPart: {
    on: ['Recovered=True'],
    when: 'The same, but some versions in storage cannot be relied upon. The message names them, each with why.',
    todo: 'Bring these folders back from a backup if you need the versions. Others are not concerned.',
    see: 'operations.md#restore',
  },
  Recovering: {
    on: ['Recovered=False', 'Trained=False', 'Ready=False'],
    when: 'A Job looks for versions in storage, or is about to.',
    todo: 'Wait. Where the message says that its pod does not start, mend that.',
    see: 'operations.md#restore',
  },
  RecoveryFailed: {
    on: ['Recovered=False', 'Trained=False', 'Ready=False'],
    when: 'Storage could not be looked through. It is tried again 10 minutes later.',
    todo: 'Mend what the message says of the storage. Deleting the Job tries at once.',
    see: 'operations.md#restore',
  },
  Deleting: {
    on: ['Ready=False'],
    when: 'The model is deleted, `spec.deletionPolicy` is Delete, and its versions are being removed from storage.',
    todo: 'Wait, 15 minutes at most. Setting `spec.deletionPolicy` to Retain lets the model go at once.',
    see: 'operations.md#a-model-that-goes-with-its-versions',
  },
  VersionsLeft: {
    on: ['Ready=False'],
    when: 'The model goes, but its versions could not be removed from storage.',
    todo: 'Delete the folder that the message names yourself.',
    see: 'operations.md#a-model-that-goes-with-its-versions',
  },
} as const satisfies WordsOfSome;
