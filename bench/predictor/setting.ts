import { readFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { makeVersion } from '../explain-row/version.ts';
import { pythonWith, withXgboost } from '../python/venv.ts';

/** What every part measures with: the reference model as a version, its rows, and a Python that has it too. */
export interface Setting extends AsyncDisposable {
  /** Of the version. */
  uri: string;
  /** Where it lies, with names.json and X.f32 beside it for Python. */
  folder: string;
  /** One row, as JSON. */
  row: string;
  names: string[];
  /** Rows of all features, one after another. */
  matrix: Float32Array;
  python: string;
  env: NodeJS.ProcessEnv;
  turns: number;
  /** Over so many memory is looked at. */
  requests: number;
}

export async function prepare({ turns, requests }: Pick<Setting, 'turns' | 'requests'>): Promise<Setting> {
  const python = await pythonWith(fileURLToPath(new URL('requirements.txt', import.meta.url)));
  const { version, row } = await makeVersion();
  const bytes = await readFile(path.join(version.dir, 'X.f32'));
  return {
    uri: version.uri,
    folder: version.dir,
    row: JSON.stringify(row),
    names: Object.keys(row),
    matrix: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4),
    python,
    env: withXgboost(process.env),
    turns,
    requests,
    [Symbol.asyncDispose]: () => version[Symbol.asyncDispose](),
  };
}

/** The rows as a JSON array of objects. */
export function asJson({ names, matrix }: Setting): string {
  const rows = Array.from({ length: matrix.length / names.length }, (_, row) =>
    Object.fromEntries(
      names.map((name, column) => {
        const value = matrix[row * names.length + column] as number;
        return [name, Number.isNaN(value) ? null : value];
      }),
    ),
  );
  return JSON.stringify(rows);
}
