import { type Arbitrary, oneof, sample } from 'fast-check';
import { type GrpcRequest, grpcRequest } from './grpc-requests.ts';
import { type HttpRequest, httpRequest } from './http-requests.ts';
import { type RawRequest, rawRequest } from './raw-requests.ts';

export type FuzzRequest = HttpRequest | RawRequest | GrpcRequest;

/** So many are made at a time, each batch from a seed of its own: one can be made again without those before. */
const BATCH = 500;

const fuzzRequest: Arbitrary<FuzzRequest> = oneof(
  { weight: 17, arbitrary: httpRequest },
  { weight: 2, arbitrary: rawRequest },
  { weight: 1, arbitrary: grpcRequest },
);

/** The requests of a seed, which are the same each time. @param from the number of the first, from 0 */
export function* fuzzRequests(
  seed: number,
  from: number,
  count: number,
): Generator<[number: number, FuzzRequest]> {
  for (let batch = Math.floor(from / BATCH); batch * BATCH < from + count; batch++) {
    const made = sample(fuzzRequest, { seed: (seed + Math.imul(batch, 0x9e3779b1)) | 0, numRuns: BATCH });
    for (const [at, request] of made.entries()) {
      const number = batch * BATCH + at;
      if (number >= from && number < from + count) yield [number, request];
    }
  }
}
