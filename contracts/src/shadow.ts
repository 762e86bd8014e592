import { z } from 'zod';
import { versionNameSchema } from './manifest.ts';

/** Rows that a serving predictor keeps, and the most that it can replay. */
export const MAX_REPLAY = 10_000;

/** `PUT /shadow`: have the candidate score what we score. The same `id` again goes on with the same comparison. */
export const shadowRequestSchema = z.strictObject({
  id: z.string().regex(/^[\w.:-]{1,128}$/, 'must be 1 to 128 letters, digits or any of _ . : -'),
  /** The candidate's Service, as `http://retail-candidate.shop.svc`. */
  url: z.string().max(300),
  /** The only version whose answers count; left out, any does. */
  version: versionNameSchema.optional(),
  /** Of live rows, from now on. */
  percent: z.number().min(0).max(100).default(10),
  /** Newest rows that are sent once, first. */
  replay: z.int().min(0).max(MAX_REPLAY).default(1000),
});
export type ShadowRequest = z.infer<typeof shadowRequestSchema>;

/** Why a row that was sent has no score to compare. */
export const SHADOW_ERRORS = [
  /** No connection, or one that broke off. */
  'connection',
  /** No whole answer within the deadline. */
  'timeout',
  /** 401 or 403: it does not take our key. */
  'unauthorized',
  /** 400 or 422: it does not take the row; its features are others, say. */
  'row',
  /** 429 or 503. */
  'busy',
  /** Any other status than 200. */
  'status',
  /** 200, and no prediction in it. */
  'answer',
  /** A prediction of another version than was asked for. */
  'version',
] as const;
export type ShadowError = (typeof SHADOW_ERRORS)[number];

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative().nullable();
const latencySchema = z.object({ count, p50: milliseconds, p99: milliseconds });

/** What a predictor answers on `GET /shadow`: how the candidate does on the very rows that we score. */
export const shadowReportSchema = z.object({
  id: z.string().max(128),
  url: z.string().max(300),
  /** Who compares: namespace/name. */
  model: z.string().max(317),
  version: versionNameSchema,
  /** Whom with: the versions that answered, ours to see that it is the right one. */
  candidateVersions: z.array(z.string().max(64)).max(8),
  since: z.iso.datetime(),
  percent: z.number(),
  /** Rows that were to be replayed, that there were, and that are answered (or failed). */
  replay: z.object({ asked: count, taken: count, done: count }),
  /** Answered with a score, with an error, and never sent because the candidate was too slow for them. */
  requests: z.object({ compared: count, errors: count, dropped: count }),
  errors: z.record(z.enum(SHADOW_ERRORS), count),
  /** errors / (compared + errors); null before the first answer. */
  errorRate: z.number().min(0).max(1).nullable(),
  /** Absolute differences of the two scores; null before the first comparison. */
  scoreShift: z.object({
    mean: z.number().min(0).max(1).nullable(),
    max: z.number().min(0).max(1).nullable(),
  }),
  labelFlips: count,
  /**
   * Milliseconds. The candidate's are counted from sending to its whole answer, the network and failures included;
   * the serving predictor's from the arrival of the headers to the answer, on the live ones of the same requests.
   */
  latency: z.object({ candidate: latencySchema, serving: latencySchema }),
  /** False while the candidate does not answer: then it is asked now and again, and the rest is dropped. */
  answering: z.boolean(),
});
export type ShadowReport = z.infer<typeof shadowReportSchema>;
