import { NOTHING_TO_DO, type WordsOfSome } from './words.ts';

/** Reasons of a StockoutModel's conditions Ready, RolledOut and DriftDetected. */
export const SERVING = {
  Serving: {
    on: ['Ready=True'],
    when: 'The version that is to serve gets all traffic, and its pods are ready, one at least.',
    todo: NOTHING_TO_DO,
  },
  AwaitingPromotion: {
    on: ['Ready=False'],
    when: 'Nothing serves, and `spec.promotion.policy` is Manual. A version that passed its gates waits for a person.',
    todo: 'Pin it: `stockout promote v1 --live NAME`, or `spec.promotion.version` in Git.',
    see: 'gitops.md',
  },
  PinnedVersionRefused: {
    on: ['Ready=False'],
    when: '`spec.promotion.version` names a version that does not exist or did not pass its gates. What served before goes on serving.',
    todo: 'Pin a version whose state is GatesPassed (`stockout versions NAME` lists them), or take the pin out of the spec.',
  },
  PredictorUnavailable: {
    on: ['Ready=False'],
    when: 'None of the pods that serve is ready, so callers get no answer.',
    todo: 'Read in the message, or in `stockout status NAME`, why the pods are not ready, then their log: `kubectl logs -l stockout.dev/model=NAME`.',
    see: 'runbooks/StockoutModelNotReady.md',
  },
  EndpointPending: {
    on: ['Ready=False'],
    when: 'The pods are ready, and the Service of type LoadBalancer has no address yet.',
    todo: 'Wait a few minutes. Where nothing in the cluster gives addresses, set `spec.serving.service.type` to ClusterIP.',
  },
  RolledOut: {
    on: ['RolledOut=True'],
    when: 'All traffic goes to the version that is to serve.',
    todo: NOTHING_TO_DO,
  },
  RollingOut: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'The pods of a candidate come up, or pods are replaced one by one, or what someone deleted is made again. What served goes on serving meanwhile.',
    todo: 'Wait. Where the message says why a pod is not ready, mend that within `spec.serving.rollout.progressDeadlineSeconds`.',
    see: 'rollouts.md',
  },
  Proving: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'All pods of the candidate are ready, and it is seen how it does before it gets the traffic.',
    todo: 'Wait. `stockout status NAME` says until when.',
    see: 'rollouts.md',
  },
  ProgressDeadlineExceeded: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'The pods of the candidate made no progress for `spec.serving.rollout.progressDeadlineSeconds`. It was given up, and what served goes on serving.',
    todo: 'Mend what the message says of the pods (memory, image, Secret, a node that takes them). It names what tries the version again.',
    see: 'runbooks/StockoutModelNotReady.md',
  },
  AnalysisFailed: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'The candidate did not show what it has to before it gets the traffic: a figure is above its bound or cannot be told, a pod ended, or a golden prediction did not come back. What served goes on serving.',
    todo: 'Look at the figures in the message, and train a better version. If the bound is too narrow, widen it in `spec.serving.rollout.analysis`: that tries the version again.',
    see: 'rollouts.md',
  },
  Inconclusive: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'The candidate saw fewer than `analysis.minRequests` requests within `analysis.maxDurationSeconds`. What served goes on serving.',
    todo: 'Raise `shadow.percent`, `shadow.replay` or `analysis.maxDurationSeconds`, or lower `analysis.minRequests`: each tries the version again.',
    see: 'rollouts.md',
  },
  RolledBack: {
    on: ['RolledOut=False', 'Ready=False'],
    when: 'The version failed within `rollbackWindowSeconds` after the switch: a pod ended, none was ready, or too many requests failed. Traffic went back to the version before.',
    todo: 'Find out why it failed before you try it again: by a pin (`stockout promote VERSION --live NAME`), or by another spec of its pods.',
    see: 'rollouts.md#after-the-switch',
  },
  NothingToRollOut: {
    on: ['RolledOut=Unknown'],
    when: 'No version is to serve yet.',
    todo: 'Nothing here: Trained and GatesPassed say what is missing.',
  },
  DriftDetected: {
    on: ['DriftDetected=True'],
    when: 'For ten minutes and more a feature of what predictors are asked, or their scores, has had a population stability index above `spec.monitoring.drift.psiThreshold`. The message names those that moved most.',
    todo: 'Find out what changed: a caller that leaves a field out, another unit, a season. Where the rows are right, train on days that show them: `stockout retrain NAME`, or `spec.monitoring.drift.retrain`.',
    see: 'runbooks/StockoutFeatureDrift.md',
  },
  DriftSuspected: {
    on: ['DriftDetected=False'],
    when: 'A population stability index has been above `spec.monitoring.drift.psiThreshold` for less than ten minutes.',
    todo: 'Wait. The message says until when.',
    see: 'monitoring.md#drift',
  },
  NoDrift: {
    on: ['DriftDetected=False'],
    when: 'Predictors are asked about rows like those of the training.',
    todo: NOTHING_TO_DO,
  },
  DriftUnknown: {
    on: ['DriftDetected=Unknown'],
    when: 'Too few rows were scored within the last hours, no pod tells, nothing serves, or the training of the version left no histograms.',
    todo: 'Nothing while few rows come or another version has just begun to serve. Otherwise do what the message says.',
    see: 'monitoring.md#drift',
  },
} as const satisfies WordsOfSome;
