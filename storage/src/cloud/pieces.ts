/** What one request reads at most: small enough to ask for again, large enough that the requests do not count. */
export const PIECE_BYTES = 2 * 1024 * 1024;
/** What one request writes at most, unless there would be too many: the least that S3 takes as a part. */
export const PART_BYTES = 5 * 1024 * 1024;
/** Of one object, on their way at once. */
const AT_ONCE = 2;
/** Of all objects: with the copies that SDKs make of each, well below 100 MB. */
const IN_FLIGHT = 6;
/** Of S3; Azure allows more. */
const MAX_PARTS = 10_000;

/** @returns the size of each part but the last, for which no more are needed than a store allows */
export function partBytes(size: number): number {
  const mebibyte = 1024 * 1024;
  return Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS / mebibyte) * mebibyte);
}

/** Runs a task for each index below `count`, a few at once; the first failure ends it, after those under way have ended. */
export async function forEachPiece(
  count: number,
  task: (index: number) => Promise<void>,
  atOnce = AT_ONCE,
): Promise<void> {
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < count && !failed) {
      try {
        await task(next++);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, count) }, work));
  const failure = ended.find((each) => each.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

const waiting: (() => void)[] = [];
let inFlight = 0;

/** Runs what holds a piece in memory as soon as there are not too many of them in this process. */
export async function holdingPiece<T>(work: () => Promise<T>): Promise<T> {
  if (inFlight >= IN_FLIGHT) await new Promise<void>((go) => waiting.push(go));
  else inFlight++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // Its place goes on to the next.
    if (next === undefined) inFlight--;
    else next();
  }
}
