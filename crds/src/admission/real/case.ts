/** One object that is sent to a real API server and to the engine; with `old`, as an update of that. */
export interface Case {
  name: string;
  /** The definition's plural. */
  plural: string;
  object: Record<string, unknown>;
  old?: Record<string, unknown>;
  /** `old` was stored when its definition let everything pass. */
  isStoredBefore?: boolean;
}

type Changes = Record<string, unknown>;

/** A case builder: each case is the base object with fields set by their dotted path; undefined removes one. */
export function casesOf(plural: string, base: Record<string, unknown>) {
  return (name: string, changes: Changes, before?: Changes): Case => ({
    name,
    plural,
    object: change(base, changes),
    ...(before && { old: change(base, before) }),
  });
}

function change(base: Record<string, unknown>, changes: Changes): Record<string, unknown> {
  const object = structuredClone(base);
  for (const [path, value] of Object.entries(changes)) set(object, path.split('.'), value);
  return object;
}

function set(object: Record<string, unknown>, [first = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) set((object[first] ??= {}) as Record<string, unknown>, rest, value);
  else if (value === undefined) delete object[first];
  else object[first] = value;
}
