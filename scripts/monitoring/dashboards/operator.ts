import { dashboard } from '../dashboard.ts';

const JOB = 'job="stockout-operator",namespace=~"$namespace"';
const BY_RESULT = 'sum by (controller, result)';

/** Whether somebody leads, and whether the work gets done. */
export const operatorDashboard = dashboard({
  uid: 'stockout-operator',
  title: 'stockout / operator',
  description: 'Whether one operator leads, what it reconciles, and what the API server answers it.',
  variables: [
    { name: 'namespace', label: 'Namespace', metric: 'leader_election_master_status', of: 'namespace' },
  ],
  panels: [
    {
      title: 'Operators up',
      type: 'stat',
      queries: [{ expr: `sum(up{${JOB}})` }],
    },
    {
      title: 'Operators leading',
      description: 'One for each installation.',
      type: 'stat',
      queries: [{ expr: `sum(leader_election_master_status{${JOB}})` }],
    },
    {
      title: 'Objects waiting',
      type: 'stat',
      queries: [{ expr: `sum(workqueue_depth{${JOB}})` }],
    },
    {
      title: 'Errors in an hour',
      type: 'stat',
      queries: [{ expr: `sum(increase(controller_runtime_reconcile_errors_total{${JOB}}[1h]))` }],
    },
    {
      title: 'Reconciliations a second',
      unit: 'ops',
      queries: [
        {
          expr: `${BY_RESULT} (rate(controller_runtime_reconcile_total{${JOB}}[$__rate_interval]))`,
          legend: '{{controller}} {{result}}',
        },
      ],
    },
    {
      title: 'Time of a reconciliation, 99th percentile',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (controller, le) (rate(controller_runtime_reconcile_time_seconds_bucket{${JOB}}[$__rate_interval])))`,
          legend: '{{controller}}',
        },
      ],
    },
    {
      title: 'Reconciliations under way',
      queries: [
        { expr: `sum by (controller) (controller_runtime_active_workers{${JOB}})`, legend: '{{controller}}' },
      ],
    },
    {
      title: 'Queue: added and tried again, a second',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (name) (rate(workqueue_adds_total{${JOB}}[$__rate_interval]))`,
          legend: '{{name}} added',
        },
        {
          expr: `sum by (name) (rate(workqueue_retries_total{${JOB}}[$__rate_interval]))`,
          legend: '{{name}} tried again',
        },
      ],
    },
    {
      title: 'Requests to the API server, a second',
      description: 'Conflicts (409) pass by themselves; 403 is a right that is missing.',
      unit: 'reqps',
      width: 24,
      queries: [
        {
          expr: `sum by (method, code) (rate(rest_client_requests_total{${JOB}}[$__rate_interval]))`,
          legend: '{{method}} {{code}}',
        },
      ],
    },
  ],
});
