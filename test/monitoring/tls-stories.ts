import type { Story } from './story.ts';

const POD = 'job="stockout-predictor",namespace="shop",stockout_model="retail"';
const of = (metric: string, pod = 'a'): string => `stockout_tls_certificate_${metric}{${POD},pod="${pod}"}`;
const firing = (severity: string) => [{ severity, namespace: 'shop', stockout_model: 'retail' }];

export const TLS_STORIES: readonly Story[] = [
  {
    name: 'a certificate of a week and half an hour fires soon after that, and resolves when it is renewed',
    alert: 'StockoutCertificateExpiry',
    interval: '1m',
    series: { [of('expiry_timestamp_seconds')]: '606600x60 5184000x30' },
    firing: { '40m': [], '50m': firing('critical'), '70m': [] },
  },
  {
    name: 'one pod of two that has not taken up the new one is enough',
    alert: 'StockoutCertificateExpiry',
    interval: '1m',
    series: {
      [of('expiry_timestamp_seconds', 'a')]: '86400x60',
      [of('expiry_timestamp_seconds', 'b')]: '5184000x60',
    },
    firing: { '50m': firing('critical') },
  },
  {
    name: 'a certificate that cannot be used fires after ten minutes, and resolves when it is mended',
    alert: 'StockoutCertificateStale',
    interval: '1m',
    series: { [of('stale')]: '0x10 1x30 0x20' },
    firing: { '15m': [], '30m': firing('warning'), '50m': [] },
  },
];
