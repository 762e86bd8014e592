import { z } from 'zod';
import { explanationSchema } from './explanation.ts';
import type { Feature } from './features.ts';

/** The answer of `POST /predict`. */
export const predictionSchema = z.object({
  /** The probability of a stockout within the horizon, 0 to 1. */
  stockout_risk_score: z.number().min(0).max(1),
  /** 1 when the score reaches the version's threshold. */
  stockout_risk_label: z.union([z.literal(0), z.literal(1)]),
  /** Where the caller asked for it. */
  explanation: explanationSchema.optional(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** RFC 9457, as every error of the predictor is told. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** Each field that is wrong and why: of a 422, and of a 400 for a number that JSON does not have. */
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  /** Of the request, as in the answer's header X-Request-Id and in the log. */
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/**
 * One row of the model's features by name: all of them, nothing else. XGBoost sees 32-bit floats, so what
 * overflows those (1e39, and 1e400, which JSON.parse reads as Infinity) is not a number here.
 */
export function predictionRequestSchema(features: readonly Feature[]): z.ZodObject {
  return z.strictObject(Object.fromEntries(features.map((feature) => [feature.name, fieldSchema(feature)])));
}

/** In JSON Schema: what rounds to a finite 32-bit float lies between these, half a step beyond the largest. */
const FLOATS = { exclusiveMinimum: -(2 ** 128 - 2 ** 103), exclusiveMaximum: 2 ** 128 - 2 ** 103 };

function fieldSchema(feature: Feature): z.ZodType {
  const number = z
    .number()
    .refine((value) => Number.isFinite(Math.fround(value)), 'overflows a 32-bit float');
  const field = feature.nullable ? number.nullable() : number;
  const examples = feature.example === null ? {} : { examples: [feature.example] };
  return field.meta({ description: describe(feature), ...FLOATS, ...examples, ...seenInTraining(feature) });
}

/** For programs: no bounds of the schema, for a value beyond them is answered all the same. */
function seenInTraining({ min, max }: Feature): object {
  return min === null || max === null ? {} : { 'x-seen-in-training': { minimum: min, maximum: max } };
}

function describe({ description, min, max }: Feature): string {
  const sentence = description.replace(/\.?$/, '.');
  return min === null || max === null
    ? sentence
    : `${sentence} Seen in training: ${short(min)} to ${short(max)}.`;
}

/** As many digits as a 32-bit float holds for sure: 45.009, not 45.00899887084961. */
function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
