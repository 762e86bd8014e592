import type { StockoutModel } from '@stockout/crds';
import type { PipelineContext, Progress } from '@stockout/pipeline';
import type { ManifestOptions } from './common-options.ts';

export function pipelineContext(
  model: StockoutModel,
  options: Pick<ManifestOptions, 'storage'>,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): PipelineContext {
  return { model, signal, report, ...(options.storage === undefined ? {} : { storageUri: options.storage }) };
}
