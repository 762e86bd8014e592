/** A metric for people: four decimals, and a dash where it is not defined. */
export function metric(value: number | null | undefined): string {
  return value == null ? '–' : value.toFixed(4);
}

/** A threshold as it was written, or cut to four decimals where it was chosen. */
export function threshold(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** A difference with its sign, and a true minus. */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(4);
  if (Number(text) === 0) return '±0';
  return value < 0 ? `−${text}` : `+${text}`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** 1 store, 20 stores. */
export function many(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? '' : 's'}`;
}

export function percent(share: number): string {
  return share > 0 && share < 0.0005 ? '< 0.1%' : `${(100 * share).toFixed(1)}%`;
}

/** 25000 as 25K: for axes. */
export function compact(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact' });
}

/** A coordinate: a tenth of a pixel is enough, and keeps the page small. */
export function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}
