// strip-types.mjs FOLDER...: makes JavaScript of the TypeScript below these folders, by Node's own stripping: blanks in the place
// of types, so that lines and columns stay. Node would do the same at each start, and keeps 18 MB a thread for it.
import { chmodSync, globSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import process from 'node:process';

/** Names of modules: in imports, exports, and URLs of workers. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*|\bnew URL\(\s*)(['"])([^'"\n]+)\.ts\2/g;
/** In package.json: `exports`, and `bin`. */
const ENTRY = /("\.\/[^"\n]+)\.ts"/g;

for (const folder of process.argv.slice(2)) {
  for (const file of globSync(`${folder}/**/*.ts`)) strip(file);
  const manifest = path.join(folder, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(ENTRY, '$1.js"'));
}

function strip(file) {
  const code = stripTypeScriptTypes(readFileSync(file, 'utf8')).replace(SPECIFIER, '$1$2$3.js$2');
  const left = /(['"`])\.{1,2}\/[^'"`\n]*\.ts\1/.exec(code);
  if (left !== null) throw new Error(`${file} names ${left[0]}, which will not be there`);
  const target = `${file.slice(0, -'.ts'.length)}.js`;
  writeFileSync(target, code);
  chmodSync(target, statSync(file).mode);
  rmSync(file);
}
