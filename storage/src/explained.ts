import { StockoutError, StorageError } from '@stockout/contracts';

const OF_A_FOLDER: Partial<Record<string, string>> = {
  EACCES: 'cannot be used by this user: give it the right to read and write there',
  EROFS: 'is read-only: mount it for writing',
  ENOSPC: 'is full: make room there and try again',
  EDQUOT: 'is full, its quota is used up: make room there and try again',
  ENOTDIR: 'has a file where a folder is needed: name another folder',
  EEXIST: 'has a file where a folder is needed: name another folder',
  EIO: 'cannot be read or written: look at its disk, or at the server and the network behind it',
  ESTALE: 'was mounted from a server that does not know it any more: mount it again',
  ETIMEDOUT: 'does not answer: look at the server and the network behind it',
  EHOSTDOWN: 'does not answer: look at the server and the network behind it',
  ENOTCONN: 'does not answer: look at the server and the network behind it',
};

/** What is thrown instead of an error of the file system that people can do something about. */
export function explained(error: unknown, uri: string): unknown {
  const why = OF_A_FOLDER[codeOf(error)];
  return why === undefined ? error : new StorageError(`${uri} ${why} (${codeOf(error)})`, { cause: error });
}

/** The same of an error of link(): where there are no hard links, the system's word for it says little. */
export function explainedLink(error: unknown, uri: string): unknown {
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(error)))
    return explained(error, uri);
  return new StockoutError(
    `${uri} has no hard links (${codeOf(error)}), without which two writers could overwrite each other: ` +
      'put the storage on a local disk or on NFS instead of SMB or exFAT',
    { cause: error },
  );
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? '';
}
