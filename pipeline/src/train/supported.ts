import { InputError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';

export type Training = NonNullable<StockoutModelSpec['training']>;

/**
 * The spec's training section.
 * @throws InputError when the model is not trained here
 */
export function requireSupported({ training }: StockoutModelSpec): Training {
  if (training !== undefined) return training;
  throw new InputError(
    'spec.training is not given: this model comes from spec.source, there is nothing to train',
  );
}
