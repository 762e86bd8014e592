import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Workspace } from '../workspace.test-support.ts';
import type { DeletionVector } from './actions.ts';

/** How a container may be written: the format takes the smallest, but readers have to know all of them. */
export type ContainerKind = 'values' | 'runs';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';

export function encodeZ85(bytes: Uint8Array): string {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  let text = '';
  for (let at = 0; at < padded.length; at += 4) {
    const word = padded.readUInt32BE(at);
    for (const power of [85 ** 4, 85 ** 3, 85 ** 2, 85, 1]) text += ALPHABET[Math.floor(word / power) % 85];
  }
  return text;
}

/** A set of positions as RoaringBitmap's portable 64-bit format has it. */
export function encodeRoaring64(positions: Iterable<number>, kind: ContainerKind = 'values'): Buffer {
  const buckets = Map.groupBy(ascending(positions), (position) => Math.floor(position / 2 ** 32));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(buckets.size));
  const encoded = Array.from(buckets, ([key, values]) => [uint32(key), encodeBucket(values, kind)]);
  return Buffer.concat([head, ...encoded.flat()]);
}

function encodeBucket(values: readonly number[], kind: ContainerKind): Buffer {
  const containers = [...Map.groupBy(values, (value) => Math.floor((value % 2 ** 32) / 65_536))];
  const keys = containers.flatMap(([key, of]) => [uint16(key), uint16(of.length - 1)]);
  const contents = containers.map(([, of]) =>
    encodeContainer(
      of.map((value) => value % 65_536),
      kind,
    ),
  );
  const hasOffsets = kind === 'values' || containers.length >= 4;
  const head =
    kind === 'runs'
      ? [
          uint32(12_347 + (containers.length - 1) * 65_536),
          Buffer.alloc(Math.ceil(containers.length / 8), 255),
        ]
      : [uint32(12_346), uint32(containers.length)];
  // Where each begins is not read here.
  return Buffer.concat([...head, ...keys, Buffer.alloc(hasOffsets ? 4 * containers.length : 0), ...contents]);
}

function encodeContainer(values: readonly number[], kind: ContainerKind): Buffer {
  if (kind === 'runs') {
    const runs = values.filter((value) => !values.includes(value - 1));
    const lengths = runs.map((first) => {
      let length = 0;
      while (values.includes(first + length + 1)) length++;
      return length;
    });
    return Buffer.concat([
      uint16(runs.length),
      ...runs.flatMap((first, i) => [uint16(first), uint16(lengths[i] ?? 0)]),
    ]);
  }
  if (values.length <= 4096) return Buffer.concat(values.map(uint16));
  const bitmap = Buffer.alloc(8192);
  for (const value of values) bitmap[value >> 3] = (bitmap[value >> 3] ?? 0) | (1 << (value & 7));
  return bitmap;
}

/** As vectors are serialized: the portable format behind its magic number. */
function encodeVector(positions: Iterable<number>, kind?: ContainerKind): Buffer {
  return Buffer.concat([uint32(1_681_511_377), encodeRoaring64(positions, kind)]);
}

export function inlineVector(positions: readonly number[], kind?: ContainerKind): DeletionVector {
  const bytes = encodeVector(positions, kind);
  return {
    storageType: 'i',
    pathOrInlineDv: encodeZ85(bytes),
    sizeInBytes: bytes.length,
    cardinality: positions.length,
  };
}

/** Vectors in one file of the table t, named by a UUID, as a commit writes them. */
export async function storedVectors(
  { storage }: Workspace,
  vectors: readonly (readonly number[])[],
  prefix = '',
): Promise<DeletionVector[]> {
  const uuid = randomUUID();
  const name = encodeZ85(Buffer.from(uuid.replaceAll('-', ''), 'hex'));
  const parts: Uint8Array[] = [Buffer.from([1])];
  const found = vectors.map((positions) => {
    const bytes = encodeVector(positions);
    const offset = parts.reduce((sum, part) => sum + part.length, 0);
    parts.push(uint32BE(bytes.length), bytes, uint32BE(crc32(bytes)));
    return {
      storageType: 'u',
      pathOrInlineDv: `${prefix}${name}`,
      offset,
      sizeInBytes: bytes.length,
      cardinality: positions.length,
    };
  });
  await storage.put(
    `t/${prefix === '' ? '' : `${prefix}/`}deletion_vector_${uuid}.bin`,
    Buffer.concat(parts),
  );
  return found;
}

function ascending(positions: Iterable<number>): number[] {
  return [...new Set(positions)].toSorted((a, b) => a - b);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

function uint32BE(value: number): Buffer {
  return uint32(value).swap32();
}
