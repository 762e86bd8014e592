import { InputError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';

export type Training = NonNullable<StockoutModelSpec['training']>;

/**
 * The spec's training section.
 * @throws InputError NotYetSupported, naming the field: nothing that a manifest asks for is passed over in silence
 */
export function requireSupported(spec: StockoutModelSpec): Training {
  const { training } = spec;
  if (training === undefined) {
    throw new InputError(
      'spec.training is not given: this model comes from spec.source, there is nothing to train',
    );
  }
  const asked: [field: string, supported: boolean, instead: string][] = [
    ['spec.training.engine.type', training.engine.type === 'DuckDB', 'use DuckDB'],
  ];
  for (const [field, supported, instead] of asked) {
    if (!supported) throw new InputError(`${field}: NotYetSupported by this release, ${instead}`);
  }
  return training;
}
