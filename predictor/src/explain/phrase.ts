import type { Words } from './words.ts';

/** A feature's value in words: "a promotion", "sales of 15.2 a day in the last 7 days". */
export function phraseOf({ noun, usual, exact, missing }: Words, value: number | null): string {
  if (value === null) return missing ?? `unknown ${noun}`;
  const own = exact?.[value];
  if (own !== undefined) return own;
  return usual.replace('{%}', () => percent(value)).replace('{}', () => plain(value));
}

/** Three digits are what people read; whole numbers stay whole. */
export function plain(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const rounded =
    Math.abs(value) >= 100 && Math.abs(value) < 1e9 ? Math.round(value) : Number(value.toPrecision(3));
  return String(rounded);
}

/** Never 0% or 100% for what only comes near. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return 'under 1%';
  if (share < 1 && share > 0.99) return 'over 99%';
  return `${Math.round(100 * share)}%`;
}
