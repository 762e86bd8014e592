import predictor from '../../package.json' with { type: 'json' };
import type { ServedModel } from './infer.ts';
import { OUTPUTS } from './infer-request.ts';

interface TensorMetadata {
  name: string;
  datatype: string;
  /** -1 for the number of rows. */
  shape: number[];
}

export interface ModelMetadata {
  name: string;
  versions: string[];
  platform: string;
  inputs: TensorMetadata[];
  outputs: TensorMetadata[];
}

export const SERVER_METADATA = {
  name: 'stockout',
  version: predictor.version,
  extensions: ['binary_tensor_data'],
};

/**
 * The inputs are the features by name, in model order: who sends columns cannot mix them up, and who sends one
 * tensor of them all reads their order here.
 */
export function modelMetadata({ model, version, features }: ServedModel): ModelMetadata {
  return {
    name: model,
    versions: [version],
    platform: 'xgboost_ubj',
    inputs: features.map(({ name }) => ({ name, datatype: 'FP32', shape: [-1] })),
    outputs: OUTPUTS.map(({ name, datatype }) => ({ name, datatype, shape: [-1] })),
  };
}
