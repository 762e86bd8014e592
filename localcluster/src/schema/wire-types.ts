import { readFileSync } from 'node:fs';

/** A field's name in JSON (empty: its own fields stand in its place), its type, and how often it is there. */
export type WireField = [
  name: string,
  type: string,
  /** A pointer tells absence from zero; a value that is zero is the same as none. */
  shape: 'list' | 'map' | 'pointer' | 'value',
];

export interface WireTypes {
  /** `apps/v1/Deployment` -> the name of its type. */
  kinds: Record<string, string>;
  /** By type and number of the field. */
  types: Record<string, Record<string, WireField>>;
}

let read: WireTypes | undefined;

/** How built-in kinds stand on the wire as protobuf. Read when first asked for: most clients send JSON. */
export function wireTypes(): WireTypes {
  const file = new URL('generated/wire-types.json', import.meta.url);
  read ??= JSON.parse(readFileSync(file, 'utf8')) as WireTypes;
  return read;
}
