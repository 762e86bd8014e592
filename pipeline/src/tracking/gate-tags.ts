import { allPassed, type GateVerdict } from '@stockout/contracts';

/** `stockout.gates: passed`, and a tag for each gate: `stockout.gate.auc.min: "passed: auc 0.9935 is at least 0.95"`. */
export function gateTags(verdicts: readonly GateVerdict[]): Record<string, string> {
  const each = verdicts.map(
    ({ metric, rule, passed, message }) =>
      [`stockout.gate.${metric}.${rule}`, `${passed ? 'passed' : 'failed'}: ${message}`] as const,
  );
  return { 'stockout.gates': allPassed(verdicts) ? 'passed' : 'failed', ...Object.fromEntries(each) };
}
