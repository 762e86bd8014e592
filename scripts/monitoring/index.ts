import { stringify } from 'yaml';
import { lifecycleAlerts } from './alerts.ts';
import { modelsDashboard } from './dashboards/models.ts';
import { operatorDashboard } from './dashboards/operator.ts';
import { predictorDashboard } from './dashboards/predictor.ts';
import { trafficAlerts } from './drift.ts';
import { burnAlerts, burnRecords } from './slo.ts';
import { tlsAlerts } from './tls.ts';

const NOTICE = '# Generated from scripts/monitoring by `npm run generate`: change that instead.\n';

/** What config/components/monitoring has generated: text by file name. */
export function buildMonitoring(): Record<string, string> {
  return {
    'prometheus-rule.yaml': NOTICE + stringify(prometheusRule(), { aliasDuplicateObjects: false }),
    'operator.json': json(operatorDashboard),
    'models.json': json(modelsDashboard),
    'predictor.json': json(predictorDashboard),
  };
}

function prometheusRule(): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'stockout',
      namespace: 'stockout-system',
      labels: { 'app.kubernetes.io/part-of': 'stockout' },
    },
    spec: {
      groups: [
        { name: 'stockout.lifecycle', rules: lifecycleAlerts },
        { name: 'stockout.traffic', rules: trafficAlerts },
        { name: 'stockout.tls', rules: tlsAlerts },
        { name: 'stockout.slo.records', rules: burnRecords },
        { name: 'stockout.slo', rules: burnAlerts },
      ],
    },
  };
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
