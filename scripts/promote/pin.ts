// pin.ts FILE VERSION - pins the version of a model that FILE holds (spec.promotion.version), and leaves every other line and
// comment as it is. Prints <model> <version that was pinned before, or ->.
import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { pinVersion } from './pin-version.ts';

const [file, version] = process.argv.slice(2);
if (file === undefined || version === undefined) throw new Error('say: pin.ts FILE VERSION');
try {
  const { text, model, before } = pinVersion(await readFile(file, 'utf8'), version);
  await writeFile(file, text);
  console.log(`${model} ${before ?? '-'}`);
} catch (error) {
  console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
