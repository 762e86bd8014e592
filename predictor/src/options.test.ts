import { describe, expect, it } from 'vitest';
import { defaultLimits } from './options.ts';

const MIB = 2 ** 20;

describe('the limits', () => {
  it.each([
    ['no limit of memory', Infinity, 64, 256],
    ['2 GiB', 2048, 64, 256],
    ['512 MiB', 512, 32, 64],
    ['128 MiB', 128, 8, 16],
  ])('with %s take what fits beside the rest of the process', (_, memory, batch, held) => {
    const { batchBytes, heldBytes } = defaultLimits(memory * MIB, Infinity);
    expect([batchBytes, heldBytes]).toEqual([batch * MIB, held * MIB]);
  });

  it.each([
    [1, 4, 200],
    [2, 2, 100],
    [8, 1, 25],
  ])('of what %i processes ask a candidate are shares', (workers, sockets, perSecond) => {
    const limits = defaultLimits(Infinity, Infinity, workers);
    expect([limits.shadowSockets, limits.shadowPerSecond]).toEqual([sockets, perSecond]);
  });

  it.each([
    [Infinity, Infinity, Infinity],
    [1_048_576, 786_336, 262_112],
    [1_024, 672, 224],
    [256, 96, 32],
    [64, 12, 4],
  ])('with %s descriptors leave some for files, probes and threads', (descriptors, http, grpc) => {
    const { connections, grpcConnections } = defaultLimits(Infinity, descriptors);
    expect([connections, grpcConnections]).toEqual([http, grpc]);
  });
});
