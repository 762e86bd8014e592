import koffi from 'koffi';

let trim: (() => void) | undefined;

/**
 * Gives what XGBoost has freed back to the system. glibc keeps it for the next allocation, 350 MB after a training on
 * 8 million rows, and the container's limit counts it; other C libraries have no such call.
 */
export function returnMemory(): void {
  trim ??= findTrim();
  trim();
}

function findTrim(): () => void {
  try {
    const native = koffi.load('libc.so.6').func('int malloc_trim(size_t)');
    return () => void native(0);
  } catch {
    return () => {};
  }
}
