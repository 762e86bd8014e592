import { fileURLToPath } from 'node:url';
import { InputError } from '@stockout/contracts';
import { FileStorage } from './file.ts';
import type { Storage } from './port.ts';

const NOT_YET = new Set(['abfss:', 's3:']);

/**
 * The storage behind a URI such as `file:///var/lib/stockout`.
 * @throws InputError when the URI is none, or its scheme is not supported (yet)
 */
export function openStorage(uri: string): Storage {
  const url = URL.parse(uri);
  if (url === null) throw new InputError(`"${uri}" is not a storage URI: write it as file:///path/to/folder`);
  if (url.protocol === 'file:') return new FileStorage(pathOf(url, uri));
  const why = NOT_YET.has(url.protocol)
    ? 'NotYetSupported: this release stores on'
    : 'storage URIs begin with';
  throw new InputError(
    `storage URI "${uri}": scheme ${url.protocol}// is not supported. ${why} file:// only`,
  );
}

function pathOf(url: URL, uri: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw new InputError(`"${uri}" is not a path on this machine: write it as file:///path/to/folder`, {
      cause: error,
    });
  }
}
