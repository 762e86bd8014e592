import { Gauge, type Registry } from 'prom-client';
import type { ServerCertificate } from '../tls/server-certificate.ts';

/** The certificate that callers are shown, as it stands when Prometheus asks. Absent without TLS. */
export class TlsMetrics {
  #certificate: ServerCertificate | undefined;

  constructor(registry: Registry) {
    const shown = (): ServerCertificate | undefined => this.#certificate;
    const registers = [registry];
    const expiry = new Gauge({
      registers,
      aggregator: 'min',
      name: 'stockout_tls_certificate_expiry_timestamp_seconds',
      help: 'When the TLS certificate that callers are shown expires',
      labelNames: [],
      collect() {
        expiry.remove();
        const expires = shown()?.current?.expires;
        if (expires !== undefined) expiry.set(expires.getTime() / 1000);
      },
    });
    const stale = new Gauge({
      registers,
      aggregator: 'max',
      name: 'stockout_tls_certificate_stale',
      help: '1 while the mounted TLS certificate cannot be used, so that callers are shown the one before, or none',
      labelNames: [],
      collect() {
        stale.remove();
        const certificate = shown();
        if (certificate !== undefined) stale.set(certificate.stale ? 1 : 0);
      },
    });
  }

  /** Looked at in every scrape. */
  of(certificate: ServerCertificate): void {
    this.#certificate = certificate;
  }
}
