// Names all that failed once more, where a reader of a log's end sees it, and sums vitest's JSON results into the one
// line that CI reads; exits 1 when anything failed or nothing ran.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';

const [directory, ...failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const step of failedSteps) {
  console.log(`\nFAILED step ${step}`);
}
for (const file of readdirSync(directory)) {
  const results = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  passed += results.numPassedTests;
  failed += results.numFailedTests;
  for (const suite of results.testResults) {
    const tests = suite.assertionResults.filter((test) => test.status === 'failed');
    if (suite.status === 'failed' || tests.length > 0) {
      console.log(
        `\nFAILED ${relative(process.cwd(), suite.name)}${suite.message ? `: ${suite.message}` : ''}`,
      );
    }
    for (const test of tests) {
      console.log(`  ${test.fullName}\n${test.failureMessages.join('\n').replace(/^/gm, '    ')}`);
    }
  }
}
// A step that failed without a failed test (a type error, a suite that did not start, an error between tests) counts too.
failed = Math.max(failed, failedSteps.length);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
