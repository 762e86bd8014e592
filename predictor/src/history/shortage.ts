/** As DuckDB and the system say it. After some of these a database takes no further query. */
const SHORTAGE =
  /^(?:Out of Memory|IO|FATAL|INTERNAL) Error\b|No space left on device|\b(?:ENOSPC|EDQUOT|EMFILE|ENFILE|ENOMEM)\b/;

/** Whether memory, disk or descriptors are used up: nobody's request is wrong, and the worker is begun anew. */
export function isShortage(error: unknown): boolean {
  return error instanceof Error && SHORTAGE.test(error.message);
}
