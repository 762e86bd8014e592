import type { Ask } from './object-service.ts';
import { ServiceError } from './service-error.ts';

/**
 * All of a body, whose length is known.
 * @param into where there is a buffer that can be used again
 * @throws ServiceError of kind Cut when it ends before
 */
export async function collect(
  body: AsyncIterable<unknown> | undefined,
  length: number,
  into: Buffer | undefined,
  { signal }: Ask,
): Promise<Uint8Array> {
  const bytes = into?.subarray(0, length) ?? Buffer.allocUnsafe(length);
  let at = 0;
  try {
    for await (const chunk of body ?? []) at += (chunk as Buffer).copy(bytes, at);
  } catch (error) {
    // A connection that was cut is an AbortError in some SDKs.
    if (signal.aborted || (error as Error).name !== 'AbortError') throw error;
  }
  if (at === length) return bytes;
  throw new ServiceError('Cut', `${at} of ${length} bytes came`);
}
