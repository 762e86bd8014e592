import { alert } from './alert.ts';

const PER_MODEL = 'by (namespace, stockout_model)';
const EXPIRY = 'stockout_tls_certificate_expiry_timestamp_seconds{job="stockout-predictor"}';
const STALE = 'stockout_tls_certificate_stale{job="stockout-predictor"}';

/** Alerts about the certificates that predictors show their callers. */
export const tlsAlerts: object[] = [
  alert({
    name: 'StockoutCertificateExpiry',
    // cert-manager renews a month before; what is due in a week is not going to be renewed by itself.
    expr: `min ${PER_MODEL} (${EXPIRY}) - time() < 7 * 86400`,
    for: '15m',
    severity: 'critical',
    summary: 'The TLS certificate of {{ $labels.namespace }}/{{ $labels.stockout_model }} is about to expire',
    description:
      'It expires in {{ $value | humanizeDuration }}. From then on callers that check it, as they should, are not served.',
  }),
  alert({
    name: 'StockoutCertificateStale',
    expr: `max ${PER_MODEL} (${STALE}) > 0`,
    // The kubelet takes up to two minutes to show a changed Secret.
    for: '10m',
    severity: 'warning',
    summary:
      'The mounted TLS certificate of {{ $labels.namespace }}/{{ $labels.stockout_model }} cannot be used',
    description:
      'Predictors go on with the certificate before, until it expires. New pods have none and do not become ready. Their log says what is wrong.',
  }),
];
