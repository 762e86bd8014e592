import { spread } from '../figures/spread.ts';

/** One bar of the predictor, and where we stand. */
export interface Line {
  what: string;
  bar: string;
  measured: string;
  /** Undefined where the figure is only told. */
  holds?: boolean;
}

export function tellLines(lines: readonly Line[]): void {
  for (const { what, bar, measured, holds } of lines) {
    const verdict = holds === undefined ? '' : holds ? ', reached' : ', NOT REACHED';
    console.log(`${what}: ${measured} (bar: ${bar}${verdict})`);
  }
}

/** A figure of each turn, the median of which has to keep to a bound. */
export function line(
  what: string,
  bar: { atMost: number } | { atLeast: number },
  values: readonly number[],
  { digits = 2, unit = '' } = {},
): Line {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
  const [word, bound] = 'atMost' in bar ? ['<=', bar.atMost] : ['>=', bar.atLeast];
  const holds = 'atMost' in bar ? middle <= bar.atMost : middle >= bar.atLeast;
  return { what, bar: `${word} ${bound}${unit}`, measured: `${spread(values, digits)}${unit}`, holds };
}
