// Sums vitest's JSON results into the one line that CI reads; exits 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const [directory, failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const file of readdirSync(directory)) {
  const results = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
}
// A step that failed without a failed test (a type error, a suite that did not start) counts too.
failed = Math.max(failed, Number(failedSteps));
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
