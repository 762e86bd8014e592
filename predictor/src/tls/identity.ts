import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

/** What a TLS server proves itself with. */
export interface Identity {
  /** The certificate and those that signed it, PEM. */
  cert: string;
  /** The certificate without those that signed it, PEM. */
  leaf: string;
  /** PEM */
  key: string;
  /** The end of the certificate's own time. */
  expires: Date;
}

/**
 * Reads tls.crt and tls.key of a folder.
 * @throws {Error} whose message says what is wrong with which of them; it never holds any of their content
 */
export async function readIdentity(dir: string): Promise<Identity> {
  const [cert, key] = await Promise.all([read(dir, 'tls.crt'), read(dir, 'tls.key')]);
  return { cert, key, ...check(cert, key) };
}

/** The certificate that pods of the same Secret show; undefined where there is none that can be used. */
export async function mountedLeaf(dir: string | undefined): Promise<string | undefined> {
  if (dir === undefined) return undefined;
  return readIdentity(dir).then(
    ({ leaf }) => leaf,
    () => undefined,
  );
}

async function read(dir: string, name: string): Promise<string> {
  try {
    return await readFile(join(dir, name), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${name} ${code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`}`, {
      cause: error,
    });
  }
}

function check(cert: string, key: string): { leaf: string; expires: Date } {
  const leaf = attempt('tls.crt is no certificate in PEM', () => new X509Certificate(cert));
  const secret = attempt('tls.key is no private key in PEM', () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(secret)) throw new Error('tls.key is not the key of tls.crt');
  if (leaf.validToDate.getTime() <= Date.now()) {
    throw new Error(`tls.crt expired at ${leaf.validToDate.toISOString()}`);
  }
  // What only OpenSSL judges, as keys that are too short.
  attempt('they are not taken', () => createSecureContext({ cert, key }));
  return { leaf: leaf.toString(), expires: leaf.validToDate };
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new Error(`${what} (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`, { cause: error });
  }
}
