import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** DER tags in use. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
} as const;
const YEARS = 10;

export interface Certificate {
  /** PEM */
  cert: string;
  /** PEM, PKCS #8 */
  key: string;
}

/**
 * A certificate for 127.0.0.1 and localhost that signs itself, new at each start: kubectl sends a token over TLS
 * only, and trusts this one alone because the kubeconfig carries it. ECDSA P-256, X.509 v3 (RFC 5280).
 */
export function selfSigned(now = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(der(TAG.set, sequence(oid('2.5.4.3'), der(TAG.utf8, Buffer.from('stockout-local')))));
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + YEARS);
  const body = sequence(
    explicit(0, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, Buffer.concat([Buffer.from([0x40]), randomBytes(15)])),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(now.getTime() - 3_600_000)), utcTime(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(basicConstraints(), alternativeNames())),
  );
  const signature = der(TAG.bits, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  const certificate = sequence(body, ecdsaWithSha256, signature);
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function basicConstraints(): Buffer {
  const isAuthority = sequence(der(TAG.boolean, Buffer.from([0xff])));
  return sequence(oid('2.5.29.19'), der(TAG.boolean, Buffer.from([0xff])), der(TAG.octets, isAuthority));
}

function alternativeNames(): Buffer {
  const dns = der(0x82, Buffer.from('localhost'));
  const ip = der(0x87, Buffer.from([127, 0, 0, 1]));
  return sequence(oid('2.5.29.17'), der(TAG.octets, sequence(dns, ip)));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(TAG.sequence, Buffer.concat(parts));
}

function explicit(index: number, content: Buffer): Buffer {
  return der(0xa0 + index, content);
}

function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(TAG.utcTime, Buffer.from(`${digits}Z`));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(TAG.oid, Buffer.from([first * 40 + second, ...bytes]));
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
