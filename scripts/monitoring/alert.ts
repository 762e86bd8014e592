const RUNBOOKS = 'https://github.com/stockout/stockout/blob/main/docs/runbooks';

/** critical wakes somebody, warning is for working hours. */
export type Severity = 'critical' | 'warning';

export interface AlertInput {
  name: string;
  expr: string;
  /** How long it must hold; without, it fires at once. */
  for?: string;
  severity: Severity;
  summary: string;
  description: string;
  labels?: Record<string, string>;
}

/** An alerting rule with the link to its runbook: docs/runbooks has a page of each name. */
export function alert(input: AlertInput): object {
  const { name, expr, severity, summary, description, labels } = input;
  return {
    alert: name,
    expr: expr.trim(),
    ...(input.for !== undefined && { for: input.for }),
    labels: { severity, ...labels },
    annotations: { summary, description, runbook_url: `${RUNBOOKS}/${name}.md` },
  };
}
