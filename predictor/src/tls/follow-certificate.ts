import type { Server, TlsOptions } from 'node:tls';
import type { ServerCertificate } from './server-certificate.ts';

/** What a server begins with; without a certificate every handshake fails until there is one. */
export function tlsOptions({ current }: ServerCertificate, handshakeTimeout: number): TlsOptions {
  return { ...(current && { cert: current.cert, key: current.key }), handshakeTimeout };
}

/** Has a server show each new certificate to those who connect from then on, until it closes. */
export function followCertificate(server: Server, certificate: ServerCertificate): void {
  const unfollow = certificate.onChange(({ cert, key }) => server.setSecureContext({ cert, key }));
  server.once('close', unfollow);
}
