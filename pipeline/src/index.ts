export { type PipelineContext, type Progress } from './context.ts';
export { evaluate, type EvaluateOptions } from './evaluate/evaluate.ts';
export { ensureFeatures, features, type FeaturesSource, type FeaturesTable } from './features.ts';
export { toTrainResult, type TrainOutcome } from './train/outcome.ts';
export { train, type TrainOptions } from './train/train.ts';
export { listVersions, versions, type VersionSummary } from './versions/list-versions.ts';
export { requireManifest } from './versions/manifest.ts';
export { loadScorer, type Scorer } from './xgboost/scorer.ts';
