/**
 * The value, which nobody can change any more, nor any part of it: objects of a store share theirs, and who changed one would
 * change what is known of another. JSON alone.
 */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
