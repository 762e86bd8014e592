import { existsSync } from 'node:fs';
import { StockoutError } from '@stockout/contracts/errors';
import koffi, { type LibraryHandle } from 'koffi';
import { cachedLibrary, hint } from '../../xgboost/install.mjs';

/** A loaded libxgboost. */
export interface Library {
  handle: LibraryHandle;
  /** As the library itself says it: major.minor.patch. */
  version: string;
  file: string;
}

// 1.7 (Debian's) reads a 3.x model without complaint and scores it wrongly.
const OLDEST_MAJOR = 2;

const SYSTEM_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libxgboost.so',
  darwin: 'libxgboost.dylib',
  win32: 'xgboost.dll',
};

/**
 * Loads XGBoost's shared library: `XGBOOST_LIBRARY` if set, else the one that `npm ci` put in place,
 * else the system's if it is new enough.
 * @throws StockoutError with the one command to run
 */
export function loadLibrary(environment: NodeJS.ProcessEnv = process.env): Library {
  const named = environment.XGBOOST_LIBRARY;
  if (named) return openNamed(named);
  const ours = cachedLibrary();
  if (ours && existsSync(ours)) return open(ours);
  return openSystem();
}

function openNamed(file: string): Library {
  try {
    return open(file);
  } catch (error) {
    throw new StockoutError(`XGBOOST_LIBRARY=${file} cannot be used: ${messageOf(error)}`, { cause: error });
  }
}

function openSystem(): Library {
  const name = SYSTEM_NAMES[process.platform];
  try {
    if (name) return open(name);
  } catch (error) {
    const why = error instanceof StockoutError ? ` (${error.message})` : '';
    throw new StockoutError(`XGBoost's shared library is not in place${why}: run ${hint()}`, {
      cause: error,
    });
  }
  throw new StockoutError(`XGBoost's shared library is not in place: set XGBOOST_LIBRARY to its path`);
}

function open(file: string): Library {
  const handle = koffi.load(file);
  const version = readVersion(handle);
  if (Number.parseInt(version, 10) < OLDEST_MAJOR) {
    handle.unload();
    throw new StockoutError(
      `${file} is XGBoost ${version}, which misreads the models of ${OLDEST_MAJOR}.0 on`,
    );
  }
  return { handle, version, file };
}

function readVersion(handle: LibraryHandle): string {
  const parts: [number][] = [[0], [0], [0]];
  handle.func('void XGBoostVersion(_Out_ int*, _Out_ int*, _Out_ int*)')(...parts);
  return parts.map(([part]) => part).join('.');
}

function messageOf(error: unknown): string {
  // macOS: the wheel's library needs OpenMP from elsewhere.
  const text = error instanceof Error ? error.message : String(error);
  return text.includes('libomp') ? `${text} (brew install libomp)` : text;
}
