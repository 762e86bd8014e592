import type { Tensor } from './tensor.ts';

/** An inference request, whatever it came in. */
export interface InferRequest {
  /** Given back with the answer. */
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** In the order of the answer. */
  readonly outputs: readonly RequestedOutput[];
}

/** What a model answers. */
export const OUTPUTS = [
  { name: 'stockout_risk_score', datatype: 'FP32' },
  { name: 'stockout_risk_label', datatype: 'INT32' },
] as const;
type OutputName = (typeof OUTPUTS)[number]['name'];

export interface RequestedOutput {
  readonly name: OutputName;
  /** As bytes behind the JSON, or raw_output_contents. */
  readonly binary: boolean;
}

export function isOutputName(name: unknown): name is OutputName {
  return OUTPUTS.some((output) => output.name === name);
}
