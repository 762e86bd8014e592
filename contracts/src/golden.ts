import { z } from 'zod';
import { versionNameSchema } from './manifest.ts';

/** Golden rows are few; of a version that has more the first stand for all. */
export const MAX_GOLDEN_ROWS = 64;

/** `POST /golden`: have the version's golden predictions asked for by the way that callers will take. */
export const goldenRequestSchema = z.strictObject({
  /** The candidate's Service, as `http://retail-candidate.shop.svc`. */
  url: z.string().max(300),
  /** At the most: where requests are limited, callers are to have some left. */
  rows: z.int().min(1).max(MAX_GOLDEN_ROWS).default(MAX_GOLDEN_ROWS),
});
export type GoldenRequest = z.infer<typeof goldenRequestSchema>;

const count = z.int().nonnegative();

/** What a predictor answers, bounded, for it is kept and shown: how many of its version's golden predictions came back as they should. */
export const goldenReportSchema = z.object({
  /** namespace/name */
  model: z.string().max(317),
  version: versionNameSchema,
  url: z.string().max(300),
  rows: count,
  reproduced: count,
  /** Answered with another score. */
  different: count,
  /** Not answered, or not with a score of this version. */
  unanswered: count,
  /** The first that went wrong, in words; null when none did. */
  message: z.string().max(500).nullable(),
});
export type GoldenReport = z.infer<typeof goldenReportSchema>;
