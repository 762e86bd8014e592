import { z } from 'zod';

/** What storage was found to hold of versions that were not on record. */
export const recoveryRecordSchema = z.object({
  /** Where was looked: of what lies elsewhere nothing is known. */
  storage: z.string(),
  /** When the newest Job ended whose result is in here. */
  finishedAt: z.string(),
  /** Put on record again. */
  recovered: z.array(z.string()),
  /** In storage too, and not told of yet. */
  left: z.array(z.string()),
  /** Asked for by name, and not there. */
  absent: z.array(z.string()),
  /** Not to be relied upon, each with why. */
  passedOver: z.record(z.string(), z.string()),
});
export type RecoveryRecord = z.infer<typeof recoveryRecordSchema>;
