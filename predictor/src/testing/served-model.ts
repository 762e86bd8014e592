import type { Feature } from '@stockout/contracts';
import type { ServedModel } from '../oip/infer.ts';

/** A model of these features; those that end in `?` may be missing. */
export function aServedModel(...names: string[]): ServedModel {
  const features = names.map((name): Feature => ({
    name: name.replace('?', ''),
    description: '',
    nullable: name.endsWith('?'),
    min: 0,
    max: 1,
    example: 0,
  }));
  return { model: 'shop', version: 'v3', features, threshold: 0.5 };
}
