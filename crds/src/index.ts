export type * from './definition.ts';
export * from './definitions.ts';
export type { ScoringJobSpec, ScoringJobStatus } from './generated/scoring-job.ts';
export type { StockoutModelSpec, StockoutModelStatus } from './generated/stockout-model.ts';
export type * from './types.ts';
