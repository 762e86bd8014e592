import type { Story } from './story.ts';

const POD = 'job="stockout-predictor",namespace="shop",stockout_model="retail"';
const of = (metric: string, pod = 'a'): string => `stockout_tls_certificate_${metric}{${POD},pod="${pod}"}`;
const firing = (severity: string) => [{ severity, namespace: 'shop', stockout_model: 'retail' }];

export const TLS_STORIES: readonly Story[] = [
  {
    name: 'a certificate of ten days fires after three, and resolves when it is renewed',
    alert: 'StockoutCertificateExpiry',
    interval: '1h',
    series: { [of('expiry_timestamp_seconds')]: '864000x100 5184000x40' },
    firing: { '71h': [], '80h': firing('critical'), '120h': [] },
  },
  {
    name: 'one pod of two that has not taken up the new one is enough',
    alert: 'StockoutCertificateExpiry',
    interval: '1h',
    series: {
      [of('expiry_timestamp_seconds', 'a')]: '864000x100',
      [of('expiry_timestamp_seconds', 'b')]: '5184000x100',
    },
    firing: { '80h': firing('critical') },
  },
  {
    name: 'a certificate that cannot be used fires after ten minutes, and resolves when it is mended',
    alert: 'StockoutCertificateStale',
    interval: '1m',
    series: { [of('stale')]: '0x10 1x30 0x20' },
    firing: { '15m': [], '30m': firing('warning'), '50m': [] },
  },
];
