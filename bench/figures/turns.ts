import { median, spread } from './spread.ts';

/** What one side of a benchmark says of one turn. */
export interface Turn {
  rows: number;
  /** Of what it has computed: both sides must have the same. */
  check: number;
  seconds: number;
  cpu: number;
  megabytes: number;
}

export function tellSides(sides: Readonly<Record<string, readonly Turn[]>>): void {
  const width = Math.max(...Object.keys(sides).map((name) => name.length));
  for (const [name, turns] of Object.entries(sides)) {
    const of = (key: keyof Turn): number[] => turns.map((turn) => turn[key]);
    console.log(
      `${name.padEnd(width)} ${turns[0]?.rows} rows: ${spread(of('seconds'), 1)} s, ` +
        `${spread(of('cpu'), 1)} s of CPU, peak memory ${median(of('megabytes')).toFixed(0)} MB`,
    );
  }
}

/** How many times as much the others take, turn by turn. */
export function ratioOf(
  theirs: readonly Turn[],
  ours: readonly Turn[],
  key: 'seconds' | 'cpu',
  digits: number,
): string {
  return spread(
    ours.map((turn, i) => (theirs[i] as Turn)[key] / turn[key]),
    digits,
  );
}

export function tellWhetherEqual(turns: readonly Turn[]): void {
  const checks = turns.map(({ check }) => check);
  const near = Math.max(...checks) - Math.min(...checks) < 1e-6 * Math.max(...checks);
  console.log(`results ${near ? 'equal' : 'DIFFER'}`);
}
