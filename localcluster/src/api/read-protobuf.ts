import protobuf from 'protobufjs/minimal.js';
import { type WireField, wireTypes } from '../schema/wire-types.ts';
import type { Json, JsonObject } from '../types.ts';
import { ApiError, badRequest } from './api-error.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
/** What each such body begins with. */
const MAGIC = Buffer.from('k8s\0');
const WIRE_TYPE_BITS = 3;

type Reader = protobuf.Reader;

/**
 * An object as Kubernetes' typed clients send it, as JSON: an envelope that names the kind, and the object in it.
 * @throws ApiError 400 on what is none, and on kinds that localcluster reads as JSON only
 */
export function readProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw unreadable('it does not begin as it should');
  try {
    const { apiVersion, kind, raw } = envelope(protobuf.Reader.create(body.subarray(MAGIC.length)));
    const type = wireTypes().kinds[`${apiVersion}/${kind}`];
    if (type === undefined)
      throw unreadable(`send ${kind || 'this'} of ${apiVersion || 'no version'} as JSON or YAML`);
    return { apiVersion, kind, ...message(protobuf.Reader.create(raw), type) };
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
}

const unreadable = (why: string): ApiError => badRequest(`the protobuf in the body cannot be read: ${why}`);

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
}

/** runtime.Unknown of Kubernetes' API machinery. */
function envelope(reader: Reader): Envelope {
  const found: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() };
  eachField(reader, (number) => {
    if (number === 2) found.raw = reader.bytes();
    else if (number === 1) {
      const meta = part(reader);
      eachField(meta, (field) => {
        if (field === 1) found.apiVersion = meta.string();
        else if (field === 2) found.kind = meta.string();
        else return false;
        return true;
      });
    } else return false;
    return true;
  });
  return found;
}

/** @param read returns false on a field that it does not know */
function eachField(reader: Reader, read: (number: number) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!read(tag >>> WIRE_TYPE_BITS)) reader.skipType(tag & ((1 << WIRE_TYPE_BITS) - 1));
  }
}

const part = (reader: Reader): Reader => protobuf.Reader.create(reader.bytes());

function message(reader: Reader, type: string): JsonObject {
  const fields = wireTypes().types[type] ?? {};
  const result: JsonObject = {};
  eachField(reader, (number) => {
    const field = fields[number];
    if (field !== undefined) take(result, reader, field);
    return field !== undefined;
  });
  return result;
}

function take(result: JsonObject, reader: Reader, [name, type, shape]: WireField): void {
  if (shape === 'map') {
    const [key, value] = entry(part(reader), type);
    result[name] = { ...(result[name] as JsonObject | undefined), [key]: value };
    return;
  }
  const value = valueOf(reader, type);
  if (name === '') Object.assign(result, value);
  else if (shape === 'list') result[name] = [...((result[name] as Json[] | undefined) ?? []), value];
  // Go writes out what is zero; in JSON it is left out, and defaults take its place.
  else if (shape === 'pointer' || !isZero(value)) result[name] = value;
}

function entry(reader: Reader, type: string): [key: string, value: Json] {
  let key = '';
  let value: Json = '';
  eachField(reader, (number) => {
    if (number === 1) key = reader.string();
    else if (number === 2) value = valueOf(reader, type);
    else return false;
    return true;
  });
  return [key, value];
}

function isZero(value: Json): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === 0 || value === false || value === null;
}

function valueOf(reader: Reader, type: string): Json {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.bool();
    case 'int':
      return Number(reader.int64().toString());
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'quantity':
      return leaf(part(reader))[1] ?? '0';
    case 'int-or-string':
      return intOrString(leaf(part(reader)));
    case 'time':
      return time(leaf(part(reader)));
    default:
      return message(part(reader), type);
  }
}

/** A small message of numbers and strings, by the numbers of its fields. */
function leaf(reader: Reader): Record<number, number | string> {
  const found: Record<number, number | string> = {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const isText = (tag & ((1 << WIRE_TYPE_BITS) - 1)) === 2;
    found[tag >>> WIRE_TYPE_BITS] = isText ? reader.string() : Number(reader.int64().toString());
  }
  return found;
}

function intOrString({
  1: isString = 0,
  2: number = 0,
  3: text = '',
}: Record<number, number | string>): Json {
  return isString === 1 ? text : number;
}

/** Seconds since 1970; null where there is none. */
function time({ 1: seconds }: Record<number, number | string>): Json {
  return seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}
