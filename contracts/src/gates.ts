import { z } from 'zod';
import { decimalSchema } from './decimal.ts';
import {
  type Baseline,
  type Champion,
  LOWER_IS_BETTER,
  METRIC_NAMES,
  type MetricName,
  type Metrics,
} from './metrics.ts';

export const GATE_RULES = ['min', 'max', 'maxDropFromServing', 'minGainOverBaseline'] as const;
export type GateRule = (typeof GATE_RULES)[number];

/** One condition that a version must meet before it may serve; exactly one rule is given. */
export const gateSchema = z.object({
  metric: z.enum(METRIC_NAMES),
  min: decimalSchema.optional(),
  max: decimalSchema.optional(),
  maxDropFromServing: decimalSchema.optional(),
  minGainOverBaseline: decimalSchema.optional(),
});
export type Gate = z.infer<typeof gateSchema>;

/** The gates of a model that names none. */
export const DEFAULT_GATES: readonly Gate[] = [
  { metric: 'auc', min: '0.95' },
  { metric: 'f1', min: '0.90' },
];

/** All that a verdict rests on; stored with the version, so that the verdict can be given again. */
export interface GateInputs {
  metrics: Metrics;
  baseline?: Baseline | undefined;
  /** Absent when nothing served while the version was evaluated. */
  champion?: Champion | undefined;
}

export const GATE_REASONS = [
  /** The rule holds. */
  'Passed',
  /** A comparison with the champion, and there is none. Passes. */
  'NoServingVersion',
  /** The metric (the candidate's, the champion's or the baseline's) is missing or not a number. */
  'MetricMissing',
  /** Another version serves than the one that the candidate was compared with. */
  'NotCompared',
  'BelowMinimum',
  'AboveMaximum',
  'DroppedFromServing',
  'NoGainOverBaseline',
] as const;
export type GateReason = (typeof GATE_REASONS)[number];

export const gateVerdictSchema = z.object({
  metric: z.enum(METRIC_NAMES),
  rule: z.enum(GATE_RULES),
  threshold: z.string(),
  /** What was compared with the threshold: the metric itself, or its drop or gain. */
  value: z.number().nullable(),
  passed: z.boolean(),
  reason: z.enum(GATE_REASONS),
  /** One sentence for people. */
  message: z.string(),
});
export type GateVerdict = z.infer<typeof gateVerdictSchema>;

// 0.99 - 0.985 is a hair over 0.005 in binary; a gate is written in decimals.
const ROUNDING = 1e-12;

/**
 * The verdict on every gate, in the order given.
 * @param serving the version that serves now, or undefined when none does
 * @throws TypeError for a gate without exactly one rule, ZodError for a threshold that is no decimal
 */
export function judgeGates(gates: readonly Gate[], inputs: GateInputs, serving?: string): GateVerdict[] {
  return gates.map((gate) => judgeGate(gate, inputs, serving));
}

export function allPassed(verdicts: readonly GateVerdict[]): boolean {
  return verdicts.every((verdict) => verdict.passed);
}

function judgeGate(gate: Gate, inputs: GateInputs, serving: string | undefined): GateVerdict {
  const rules = GATE_RULES.filter((name) => gate[name] !== undefined);
  const [rule] = rules;
  // Neither gets past the API; to overlook a rule would be to let a version pass.
  if (rule === undefined || rules.length > 1)
    throw new TypeError(`gate on ${gate.metric} needs exactly one rule`);
  const threshold = decimalSchema.parse(gate[rule]);
  const judged = RULES[rule](gate.metric, Number(threshold), inputs, serving);
  return { metric: gate.metric, rule, threshold, ...judged };
}

type Judged = Pick<GateVerdict, 'value' | 'passed' | 'reason' | 'message'>;
type Rule = (
  metric: MetricName,
  threshold: number,
  inputs: GateInputs,
  serving: string | undefined,
) => Judged;

const RULES: Record<GateRule, Rule> = {
  min: (metric, threshold, { metrics }) => {
    const value = defined(metrics[metric]);
    if (value === null) return missing(metric, 'the version');
    const words = `${metric} ${show(value, threshold)}`;
    if (value >= threshold - ROUNDING) return passed(value, `${words} is at least ${threshold}`);
    return failed('BelowMinimum', value, `${words} is below the minimum ${threshold}`);
  },
  max: (metric, threshold, { metrics }) => {
    const value = defined(metrics[metric]);
    if (value === null) return missing(metric, 'the version');
    const words = `${metric} ${show(value, threshold)}`;
    if (value <= threshold + ROUNDING) return passed(value, `${words} is at most ${threshold}`);
    return failed('AboveMaximum', value, `${words} is above the maximum ${threshold}`);
  },
  maxDropFromServing: (metric, threshold, { metrics, champion }, serving) => {
    const value = defined(metrics[metric]);
    if (value === null) return missing(metric, 'the version');
    if (serving === undefined) {
      return { value: null, passed: true, reason: 'NoServingVersion', message: 'nothing serves yet' };
    }
    if (champion?.version !== serving) {
      return failed('NotCompared', null, `not compared with ${serving}, which serves: evaluate it again`);
    }
    const theirs = defined(champion.metrics[metric]);
    if (theirs === null) return missing(metric, `the serving ${serving}`);
    const drop = -gainOver(metric, value, theirs);
    const words = `${metric} ${show(value)} against ${show(theirs)} of the serving ${serving}`;
    if (drop <= Math.min(threshold, 0) + ROUNDING) return passed(drop, `${words} is no worse`);
    // Worse, not lower: a log loss that drops is a better one.
    const change = `is worse by ${show(drop, threshold)}`;
    if (drop <= threshold + ROUNDING) return passed(drop, `${words} ${change}, no more than ${threshold}`);
    return failed('DroppedFromServing', drop, `${words} ${change}, more than ${threshold}`);
  },
  minGainOverBaseline: (metric, threshold, { metrics, baseline }) => {
    const value = defined(metrics[metric]);
    const theirs = defined(baseline?.[metric as keyof Baseline] as number | null | undefined);
    if (value === null) return missing(metric, 'the version');
    if (baseline === undefined || theirs === null) return missing(metric, 'the best single feature');
    const gain = gainOver(metric, value, theirs);
    const words = `${metric} ${show(value)} against ${show(theirs)} of ${baseline.feature} alone`;
    const change = `gains ${show(gain, threshold)}`;
    if (gain >= threshold - ROUNDING) return passed(gain, `${words} ${change}, at least ${threshold}`);
    return failed('NoGainOverBaseline', gain, `${words} ${change}, less than ${threshold}`);
  },
};

function gainOver(metric: MetricName, ours: number, theirs: number): number {
  return LOWER_IS_BETTER.has(metric) ? theirs - ours : ours - theirs;
}

function defined(value: number | null | undefined): number | null {
  return value == null || !Number.isFinite(value) ? null : value;
}

function passed(value: number, message: string): Judged {
  return { value, passed: true, reason: 'Passed', message };
}

function failed(reason: GateReason, value: number | null, message: string): Judged {
  return { value, passed: false, reason, message };
}

function missing(metric: MetricName, of: string): Judged {
  return failed('MetricMissing', null, `${metric} of ${of} is missing`);
}

/** Four decimals, or as many as it takes to tell the value from the threshold: 0.94999 is not 0.9500. */
function show(value: number, threshold = value): string {
  if (Math.abs(value - threshold) <= ROUNDING) return fixed(value, 4);
  const digits = [4, 6, 8, 10, 12].find((each) => Number(value.toFixed(each)) !== threshold);
  return fixed(value, digits ?? 12);
}

/** Adding 0 makes 0 of -0, which toFixed gives a sign where it has rounded to nothing. */
function fixed(value: number, digits: number): string {
  return (Number(value.toFixed(digits)) + 0).toFixed(digits);
}
