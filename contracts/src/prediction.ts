import { z } from 'zod';
import type { Feature } from './features.ts';

/** The answer of `POST /predict`. */
export const predictionSchema = z.object({
  /** The probability of a stockout within the horizon, 0 to 1. */
  stockout_risk_score: z.number().min(0).max(1),
  /** 1 when the score reaches the version's threshold. */
  stockout_risk_label: z.union([z.literal(0), z.literal(1)]),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** RFC 9457, as every error of the predictor is told. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** Of a 422: each field that is wrong and why. */
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** One row of the model's features by name: all of them, nothing else. */
export function predictionRequestSchema(features: readonly Feature[]): z.ZodObject {
  return z.strictObject(Object.fromEntries(features.map((feature) => [feature.name, fieldSchema(feature)])));
}

function fieldSchema(feature: Feature): z.ZodType {
  const number = z.number();
  const field = feature.nullable ? number.nullable() : number;
  const range = feature.min === null ? '' : ` Seen in training: ${feature.min} to ${feature.max}.`;
  return field.meta({ description: feature.description + range, examples: [feature.example] });
}
