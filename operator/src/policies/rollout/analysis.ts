import type { StockoutModel } from '@stockout/crds';
import type { ShadowFigures } from './shadow-figures.ts';

type Rollout = StockoutModel['spec']['serving']['rollout'];

/** How a candidate is shown requests, and what it has to make of them. */
export type Analysis = Required<Pick<Rollout, 'shadow' | 'analysis'>>;

/** What the API server fills in where the field is given as {}. */
export const ANALYSIS_DEFAULTS: Analysis = {
  shadow: { percent: 10, replay: 1000 },
  analysis: {
    durationSeconds: 300,
    maxDurationSeconds: 3600,
    minRequests: 100,
    maxErrorRate: '0.01',
    maxP99Milliseconds: 50,
    maxScoreShift: '0.1',
  },
};

/** Either of both fields asks for it, the other has its defaults then; undefined where neither is given. */
export function analysisOf({ spec }: StockoutModel): Analysis | undefined {
  const { shadow, analysis } = spec.serving.rollout;
  if (shadow === undefined && analysis === undefined) return undefined;
  return {
    shadow: shadow ?? ANALYSIS_DEFAULTS.shadow,
    analysis: analysis ?? ANALYSIS_DEFAULTS.analysis,
  };
}

interface Check {
  name: string;
  found: number;
  most: number;
  unit: string;
}

/** In words what is above its bound, or cannot be told, and the other figures; undefined when all is well. */
export function faultsOf(figures: ShadowFigures, { analysis }: Analysis): string | undefined {
  const checks: Check[] = [
    { name: 'error rate', found: figures.errorRate, most: Number(analysis.maxErrorRate), unit: '' },
    { name: 'p99', found: figures.p99, most: analysis.maxP99Milliseconds, unit: ' ms' },
    { name: 'score shift', found: figures.scoreShift, most: Number(analysis.maxScoreShift), unit: '' },
  ];
  // Written so that NaN fails.
  const [good, bad] = [checks.filter(holds), checks.filter((check) => !holds(check))];
  if (bad.length === 0) return undefined;
  const well = good.map(({ name, found, unit }) => `${name} ${rounded(found)}${unit}`).join(', ');
  const rest = well === '' ? '' : `; ${well}`;
  return `of ${figures.requests} requests ${bad.map(fault).join(', ')}${rest}`;
}

function holds({ found, most }: Check): boolean {
  return found <= most;
}

function fault({ name, found, most, unit }: Check): string {
  if (Number.isNaN(found)) return `${name} cannot be told (at most ${most}${unit} is allowed)`;
  return `${name} ${rounded(found)}${unit} is above ${most}${unit}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
