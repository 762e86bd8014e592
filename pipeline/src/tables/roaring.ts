/**
 * Reads sets of 64-bit positions as RoaringBitmap's portable format has them
 * (https://github.com/RoaringBitmap/RoaringFormatSpec). Only reading is needed, in one pass and as runs; of the packages
 * on npm, `roaring` fetches a binary for the platform when it is installed, and `roaring-wasm` has no 64-bit sets: their
 * buckets would have to be found by this very walk.
 */

/** Consecutive positions: from `first` up to `past`, which is not among them. */
export interface Run {
  first: number;
  past: number;
}

const WITHOUT_RUNS = 12_346;
const WITH_RUNS = 12_347;
/** Of containers with runs: fewer than these come without a list of where each begins. */
const FEW_CONTAINERS = 4;
/** A container of more values is a bitmap. */
const MAX_ARRAY = 4096;
const BITMAP_BYTES = 8192;
const CONTAINER_VALUES = 65_536;
const BUCKET_VALUES = 2 ** 32;

/**
 * The positions in ascending order, as few runs as there can be.
 * @throws RangeError when the bytes are no such set
 */
export function* readRoaring64(bytes: Uint8Array): Generator<Run> {
  let open: Run | undefined;
  for (const run of readBuckets(new Reader(bytes))) {
    if (open === undefined || run.first > open.past) {
      if (open !== undefined) yield open;
      open = run;
    } else if (run.first === open.past) open.past = run.past;
    else throw new RangeError('its positions are not in ascending order');
  }
  if (open !== undefined) yield open;
}

function* readBuckets(reader: Reader): Generator<Run> {
  const buckets = reader.uint32() + reader.uint32() * BUCKET_VALUES;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const base = reader.uint32() * BUCKET_VALUES;
    if (!Number.isSafeInteger(base + BUCKET_VALUES)) throw new RangeError('it has positions beyond any file');
    yield* readBucket(reader, base);
  }
  if (reader.left > 0) throw new RangeError(`${reader.left} bytes follow its end`);
}

interface Container {
  base: number;
  cardinality: number;
  isRuns: boolean;
}

function* readBucket(reader: Reader, base: number): Generator<Run> {
  for (const container of readHeader(reader, base)) {
    if (container.isRuns) yield* readRuns(reader, container);
    else if (container.cardinality <= MAX_ARRAY) yield* readArray(reader, container);
    else yield* readBitmap(reader, container);
  }
}

/** What a bucket says of its containers before the first of them. */
function readHeader(reader: Reader, base: number): Container[] {
  const cookie = reader.uint32();
  const hasRuns = (cookie & 0xff_ff) === WITH_RUNS;
  if (!hasRuns && cookie !== WITHOUT_RUNS) throw new RangeError(`${cookie} begins no roaring bitmap`);
  const size = hasRuns ? (cookie >>> 16) + 1 : reader.uint32();
  if (size > CONTAINER_VALUES) throw new RangeError(`${size} containers are more than there can be`);
  const runFlags = hasRuns ? reader.bytes(Math.ceil(size / 8)) : undefined;
  const containers = Array.from({ length: size }, (_, i) => ({
    base: base + reader.uint16() * CONTAINER_VALUES,
    cardinality: reader.uint16() + 1,
    isRuns: ((runFlags?.[i >> 3] ?? 0) & (1 << (i & 7))) !== 0,
  }));
  // Where each begins is of use to who would jump.
  if (!hasRuns || size >= FEW_CONTAINERS) reader.bytes(4 * size);
  return containers;
}

function* readArray(reader: Reader, { base, cardinality }: Container): Generator<Run> {
  for (let i = 0; i < cardinality; i++) {
    const first = base + reader.uint16();
    yield { first, past: first + 1 };
  }
}

function* readRuns(reader: Reader, { base }: Container): Generator<Run> {
  const runs = reader.uint16();
  for (let i = 0; i < runs; i++) {
    const first = base + reader.uint16();
    yield { first, past: first + reader.uint16() + 1 };
  }
}

function* readBitmap(reader: Reader, { base }: Container): Generator<Run> {
  const words = BITMAP_BYTES / 4;
  for (let word = 0; word < words; word++) {
    const start = base + word * 32;
    let bits = reader.uint32();
    if (bits === 0xff_ff_ff_ff) yield { first: start, past: start + 32 };
    else {
      for (; bits !== 0; bits &= bits - 1) {
        const first = start + 31 - Math.clz32(bits & -bits); // the lowest bit that is set
        yield { first, past: first + 1 };
      }
    }
  }
}

/** Little-endian numbers one after the other; a RangeError where there are none left. */
class Reader {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  uint16(): number {
    this.#at += 2;
    return this.#view.getUint16(this.#at - 2, true);
  }

  uint32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  bytes(count: number): Uint8Array {
    if (count > this.left) throw new RangeError('it ends before its end');
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }
}
