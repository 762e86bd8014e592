import type { Exchange } from './exchange.ts';
import type { HeldBytes } from './held-bytes.ts';
import { type ProblemError, tooLarge, tooMany } from './problem.ts';
import { readBody } from './read-body.ts';

/** The answer of a route that scores batches when too many of them wait or are held. */
export function busy(): ProblemError {
  return tooMany('too many batches are waiting: send it again later', 1);
}

/**
 * Collects a body that counts among those held until it is answered, also when its caller goes away half-way.
 * One that is too large, or finds no room, is refused here.
 * @param limit bytes
 * @throws {ProblemError} when its Content-Length is beyond the limit
 * @param done what it throws or rejects with is the answer
 */
export function readHeldBody(
  exchange: Exchange,
  held: HeldBytes,
  limit: number,
  done: (body: Buffer) => Promise<void>,
): void {
  if (Number(exchange.req.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  let mine = 0;
  const refuse = (error: ProblemError): false => {
    exchange.fail(error);
    held.give(mine);
    mine = 0;
    return false;
  };
  exchange.res.once('close', () => held.give(mine));
  readBody(exchange.req, {
    keep: (bytes, total) => {
      if (total > limit) return refuse(tooLarge(limit));
      if (!held.take(bytes)) return refuse(busy());
      mine += bytes;
      return true;
    },
    done: (body) => void done(body).catch((error: unknown) => exchange.fail(error)),
  });
}
