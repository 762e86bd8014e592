/** What is said of an object, by an API server or by the engine. */
export interface Answer {
  /** What is stored, where it is accepted; of the metadata only the name. */
  object?: Record<string, unknown>;
  warnings: string[];
  causes: { field?: string; reason?: string; message: string }[];
}

/** Two answers are the same when these are: Go walks its maps in random order, so that of the causes says nothing. */
export function comparable({ object, warnings, causes }: Answer) {
  const lines = causes.map(({ field, reason, message }) => `${field} ${reason} ${message}`);
  return { object, warnings, causes: lines.sort() };
}

/** What a server writes into metadata differs from run to run. */
export function withoutMetadata(object: Record<string, unknown>): Record<string, unknown> {
  return { ...object, metadata: { name: nameOf(object) } };
}

export function nameOf(object: Record<string, unknown>): string {
  return (object['metadata'] as { name: string }).name;
}
