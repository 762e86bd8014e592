import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { delimiter } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What `shell: bash` means to GitHub. */
const SHELL = ['--noprofile', '--norc', '-eo', 'pipefail', '-c'];
const WHEN_FAILED = /^\$\{\{ !success\(\) && steps\.(?<id>[a-z]+)\.outcome != 'skipped' \}\}$/;

type Environment = Record<string, string>;

interface Step {
  id?: string;
  name?: string;
  if?: string;
  run?: string;
  env?: Environment;
}

interface Workflow {
  defaults?: { run?: { shell?: string } };
  jobs: Record<string, { env?: Environment; steps: Step[] }>;
}

export interface StepsOptions {
  /** A file of .github/workflows. */
  workflow: string;
  job: string;
  /** Which of its steps: by what they run. */
  only: RegExp;
  /** What stands between the braces of an expression, and its value. */
  expressions: Environment;
  env: Environment;
}

/** A step that ran. */
export interface Ran {
  name: string;
  failed: boolean;
  /** Both of its streams. */
  output: string;
}

/**
 * Runs steps of a workflow as GitHub does: their very commands, with their environment, one after the other; after one
 * that failed those alone whose condition is for that.
 * @returns the steps that ran
 * @throws Error for an expression or a condition that this does not know
 */
export async function runSteps({ workflow, job, only, expressions, env }: StepsOptions): Promise<Ran[]> {
  const text = await readFile(`${ROOT}.github/workflows/${workflow}`, 'utf8');
  const { defaults, jobs } = parse(text) as Workflow;
  if (defaults?.run?.shell !== 'bash') throw new Error(`${workflow} does not say shell: bash: no pipefail`);
  const { env: ofJob = {}, steps = [] } = jobs[job] ?? {};
  const ran: Ran[] = [];
  const ids = new Set<string>();
  for (const step of steps.filter(({ run = '' }) => only.test(run))) {
    const failed = ran.some((each) => each.failed);
    if (!isDue(step, failed, ids)) continue;
    if (step.id !== undefined) ids.add(step.id);
    const ofStep = evaluateAll({ ...ofJob, ...step.env }, expressions);
    ran.push({ name: step.name ?? '', ...(await runStep(step.run ?? '', { ...ofStep, ...env })) });
  }
  return ran;
}

function isDue(step: Step, failed: boolean, ids: Set<string>): boolean {
  if (step.if === undefined) return !failed;
  const id = WHEN_FAILED.exec(step.if)?.groups?.id;
  if (id === undefined)
    throw new Error(`the condition of the step ${step.name} is not known here: ${step.if}`);
  return failed && ids.has(id);
}

function evaluateAll(env: Environment, expressions: Environment): Environment {
  const evaluate = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      const value = expressions[expression];
      if (value === undefined) throw new Error(`no value is given for the expression ${expression}`);
      return value;
    });
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, evaluate(value)]));
}

function runStep(command: string, env: Environment): Promise<Omit<Ran, 'name'>> {
  const path = [process.env.STOCKOUT_API_BIN, process.env.PATH].join(delimiter);
  const options = { cwd: ROOT, env: { ...process.env, ...env, PATH: path }, maxBuffer: 16e6 };
  return new Promise((resolve) => {
    execFile('bash', [...SHELL, command], options, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
}
