/**
 * Each feature has two slots. A missing value is -Infinity in the slot that splits with default_left read, and
 * +Infinity in the other's: one comparison, `slot >= threshold`, then sends it the right way.
 */
export function slotOf(feature: number, defaultLeft: boolean): number {
  return 2 * feature + (defaultLeft ? 0 : 1);
}

/** @param matrix rows of `featureCount` 32-bit floats, NaN where a value is missing */
export function fillSlots(
  slots: Float32Array,
  matrix: Float32Array,
  offset: number,
  featureCount: number,
): void {
  for (let feature = 0; feature < featureCount; feature++) {
    const value = matrix[offset + feature]!;
    const missing = Number.isNaN(value);
    slots[2 * feature] = missing ? -Infinity : value;
    slots[2 * feature + 1] = missing ? Infinity : value;
  }
}
