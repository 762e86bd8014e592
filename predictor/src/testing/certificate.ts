import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface TestCertificate {
  /** PEM */
  cert: string;
  key: string;
}

const DAY_MS = 86_400_000;

/** A certificate for localhost and 127.0.0.1 that signs itself. @param days from now on; below 0 it has expired */
export async function aCertificate(name = 'predictor', days = 1): Promise<TestCertificate> {
  const now = Date.now();
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    notBeforeDate: new Date(now - 10 * DAY_MS),
    notAfterDate: new Date(now + days * DAY_MS),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
}

/** Writes it as a Secret of type kubernetes.io/tls is mounted. */
export async function mountCertificate(dir: string, { cert, key }: TestCertificate): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [name, content] of Object.entries({ 'tls.crt': cert, 'tls.key': key })) {
    await writeFile(join(dir, `.${name}`), content);
    await rename(join(dir, `.${name}`), join(dir, name));
  }
}
