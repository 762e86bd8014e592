/** Exit codes of the `stockout` command; podFailurePolicy and scripts rely on them. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or spec: trying again cannot help, so the Job fails at once. */
  wrongSpec: 2,
  gatesFailed: 3,
} as const;
