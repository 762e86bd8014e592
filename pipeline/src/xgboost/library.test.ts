import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { cachedLibrary, XGBOOST_VERSION } from '../../xgboost/install.mjs';
import { loadLibrary } from './library.ts';

it('loads the pinned version that the install put in place', () => {
  const library = loadLibrary({});
  expect(library.version).toBe(XGBOOST_VERSION);
  expect(library.file).toBe(cachedLibrary());
});

it('prefers the library that XGBOOST_LIBRARY names', () => {
  const file = cachedLibrary() as string;
  expect(loadLibrary({ XGBOOST_LIBRARY: file }).file).toBe(file);
});

it('says which file XGBOOST_LIBRARY names when it cannot be loaded', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stockout-library-'));
  const file = path.join(folder, 'libxgboost.so');
  writeFileSync(file, 'not a library');
  try {
    expect(() => loadLibrary({ XGBOOST_LIBRARY: file })).toThrow(`XGBOOST_LIBRARY=${file} cannot be used`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
