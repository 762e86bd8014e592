import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, problem } from '../registry/metadata.ts';
import type { Strategy } from '../registry/resource.ts';
import type { PodDisruptionBudget } from '../types.ts';

type Spec = PodDisruptionBudget['spec'];

export const budgetStrategy: Strategy = {
  create(object) {
    const none = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
    Object.assign(object, { status: none });
  },
  validate(object) {
    const { spec = {} } = object as PodDisruptionBudget;
    const { minAvailable, maxUnavailable } = spec;
    const isBoth = minAvailable !== undefined && maxUnavailable !== undefined;
    const why = 'minAvailable and maxUnavailable cannot be both set';
    return [
      ...(isBoth ? [invalidValue('spec', inGo(spec), why)] : []),
      ...validateAmount('spec.minAvailable', minAvailable),
      ...validateAmount('spec.maxUnavailable', maxUnavailable),
    ];
  },
};

/** As a real API server shows it: with the names of its own fields. */
function inGo({ minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy }: Spec): object {
  return {
    MinAvailable: minAvailable ?? null,
    Selector: selector ?? null,
    MaxUnavailable: maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
  };
}

function validateAmount(field: string, amount: number | string | undefined): StatusCause[] {
  return amount === undefined ? [] : problem(field, amount, amountProblem(amount));
}

function amountProblem(amount: number | string): string | undefined {
  if (typeof amount === 'number') return amount < 0 ? 'must be greater than or equal to 0' : undefined;
  if (!/^\d+%$/.test(amount)) {
    return "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  }
  return Number(amount.slice(0, -1)) > 100 ? 'must not be greater than 100%' : undefined;
}
