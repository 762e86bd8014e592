import { InferenceError, quoted } from './inference-error.ts';

/** A datatype of the protocol that features may be sent in. */
export interface Datatype {
  readonly name: string;
  /** Of one element in raw contents, which are little-endian. */
  readonly bytes: number;
  read(view: DataView, at: number): number;
  /** Whether a number is one of this type; a float type takes every number. */
  holds(value: number): boolean;
}

const float = (name: string, bytes: number, read: Datatype['read']): Datatype => ({
  name,
  bytes,
  read,
  holds: () => true,
});

const whole = (name: string, bytes: number, min: number, read: Datatype['read']): Datatype => {
  const max = min + 2 ** (8 * bytes) - 1;
  return { name, bytes, read, holds: (value) => Number.isInteger(value) && value >= min && value <= max };
};

const ALL: readonly Datatype[] = [
  float('FP32', 4, (view, at) => view.getFloat32(at, true)),
  float('FP64', 8, (view, at) => view.getFloat64(at, true)),
  { name: 'BOOL', bytes: 1, read: (view, at) => Number(view.getUint8(at) !== 0), holds: isBit },
  whole('INT8', 1, -(2 ** 7), (view, at) => view.getInt8(at)),
  whole('INT16', 2, -(2 ** 15), (view, at) => view.getInt16(at, true)),
  whole('INT32', 4, -(2 ** 31), (view, at) => view.getInt32(at, true)),
  whole('INT64', 8, -(2 ** 63), (view, at) => Number(view.getBigInt64(at, true))),
  whole('UINT8', 1, 0, (view, at) => view.getUint8(at)),
  whole('UINT16', 2, 0, (view, at) => view.getUint16(at, true)),
  whole('UINT32', 4, 0, (view, at) => view.getUint32(at, true)),
  whole('UINT64', 8, 0, (view, at) => Number(view.getBigUint64(at, true))),
];

/** By name. Not among them: FP16 and BF16, which JSON has no form for, and BYTES, which is no number. */
export const DATATYPES: ReadonlyMap<string, Datatype> = new Map(ALL.map((type) => [type.name, type]));

/** @throws {InferenceError} when features are not taken in this type */
export function datatypeOf(name: string, tensor: string): Datatype {
  const found = DATATYPES.get(name);
  if (found !== undefined) return found;
  const known = [...DATATYPES.keys()].join(', ');
  throw new InferenceError(
    `the input ${quoted(tensor)} has the datatype ${quoted(name)}: send it as one of ${known}`,
  );
}

function isBit(value: number): boolean {
  return value === 0 || value === 1;
}
