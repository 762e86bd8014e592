import { z } from 'zod';

/** What settings reach on the validation rows of a search. */
const trialSchema = z.object({
  /** By the names of spec.training.params. */
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  auc: z.number().nullable(),
  prAuc: z.number().nullable(),
  logLoss: z.number().nullable(),
});
export type Trial = z.infer<typeof trialSchema>;

/** A search for better training params, on rows that neither train nor test. */
export const searchSchema = z.object({
  /** Settings tried, those of the spec included. */
  settings: z.int().positive(),
  validationRows: z.int().nonnegative(),
  /** The spec's own settings. */
  spec: trialSchema,
  /** What the version was trained with; the spec's where none was better. */
  chosen: trialSchema,
});
export type Search = z.infer<typeof searchSchema>;
