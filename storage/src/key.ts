import { InputError } from '@stockout/contracts';

/** Of files that are being written; such names are invisible to list and refused as keys. */
export const TEMPORARY_PREFIX = '.tmp-';

/**
 * The segments of a key. Table names come from people's manifests: none of them may lead out of the storage.
 * @throws InputError
 */
export function segmentsOf(key: string): string[] {
  const segments = key.split('/');
  for (const segment of segments) {
    if (segment === '' || segment === '.' || segment === '..') {
      throw new InputError(`"${key}" is not a path in a storage: write it relative, without '.' and '..'`);
    }
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\\\u0000-\u001f]/.test(segment) || segment.startsWith(TEMPORARY_PREFIX)) {
      throw new InputError(`"${key}" is not a path in a storage: "${segment}" is not allowed as a name`);
    }
  }
  return segments;
}

/** As `segmentsOf`; '' and a trailing '/' are allowed, as in "everything" and "models/". */
export function folderSegmentsOf(folder: string): string[] {
  const trimmed = folder.replace(/\/+$/, '');
  return trimmed === '' ? [] : segmentsOf(trimmed);
}
