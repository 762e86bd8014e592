/** The fewest digits that are the same 32-bit float: 7.714286, not 7.714285850524902. */
export function shortestFloat(value: number): number {
  if (Number.isInteger(value)) return value;
  const float = Math.fround(value);
  for (const digits of [6, 7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return value;
}
