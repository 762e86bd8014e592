import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import { EXIT, type FailureResult, type RunResult, StockoutError, StorageError } from '@stockout/contracts';
import { jobLog, logAsJob } from './job-log.ts';

/** The options that every command has. */
export interface CommonOptions {
  json?: boolean;
  debug?: boolean;
  /** Where a Job's container leaves its result for the kubelet (its termination message). */
  resultFile?: string;
}

/** What a command has to say in the end. */
export interface Outcome {
  /** The one object that --json prints. */
  json?: object;
  /** What a person reads instead. */
  text?: string;
  /** What the operator reads, at most 3 KiB. */
  result?: RunResult;
  exitCode?: number;
}

/**
 * Runs a command's work: SIGINT and SIGTERM abort it, errors become one line and an exit code, the result goes
 * to standard output and, for Jobs, to the result file. A Job logs JSON, of all that a person would read.
 */
export async function runCommand(
  options: CommonOptions,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<void> {
  if (options.resultFile !== undefined) logAsJob();
  const abort = abortOnSignals();
  try {
    const outcome = await work(abort.signal);
    await writeResult(options, outcome.result);
    tell(outcome, options);
    process.exitCode = outcome.exitCode ?? EXIT.done;
  } catch (error) {
    process.exitCode = await fail(error, options, abort);
  } finally {
    abort.dispose();
  }
}

function tell({ json, text, result }: Outcome, options: CommonOptions): void {
  const log = jobLog();
  if (options.json && json !== undefined) process.stdout.write(`${JSON.stringify(json)}\n`);
  else if (log !== undefined) log('info', 'done', { result });
  else if (text !== undefined) process.stdout.write(`${text}\n`);
}

async function fail(error: unknown, options: CommonOptions, abort: SignalAbort): Promise<number> {
  const log = jobLog();
  if (abort.received !== undefined) {
    const text = `stopped by ${abort.received}`;
    if (log === undefined) process.stderr.write(`${text}\n`);
    else log('info', text);
    return abort.received === 'SIGINT' ? 130 : 143;
  }
  const exitCode = error instanceof StockoutError ? error.exitCode : EXIT.failed;
  const message = error instanceof Error ? error.message : String(error);
  if (log === undefined) tellError(error, message, options);
  // Where an error that nobody foresaw comes from cannot be looked up later in a pod.
  else log('error', message, error instanceof StockoutError ? {} : { stack: (error as Error)?.stack });
  const failure: FailureResult = {
    kind: 'failure',
    exitCode,
    message: message.slice(0, 2000),
    ...(isOfStorage(error) && { cause: 'storage' }),
  };
  await writeResult(options, failure);
  return exitCode;
}

/** Whoever passes it on may have said more. */
function isOfStorage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof StorageError || isOfStorage(error.cause);
}

function tellError(error: unknown, message: string, { debug }: CommonOptions): void {
  process.stderr.write(debug && error instanceof Error ? `${error.stack}\n` : `error: ${message}\n`);
  if (!(error instanceof StockoutError) && !debug) {
    process.stderr.write(
      'This is not an error we foresaw: run it again with --debug to see where it comes from.\n',
    );
  }
}

async function writeResult(options: CommonOptions, result: RunResult | undefined): Promise<void> {
  if (options.resultFile === undefined || result === undefined) return;
  await writeFile(options.resultFile, JSON.stringify(result));
}

interface SignalAbort {
  signal: AbortSignal;
  received: NodeJS.Signals | undefined;
  dispose(): void;
}

function abortOnSignals(): SignalAbort {
  const controller = new AbortController();
  const listener = (name: NodeJS.Signals): void => {
    // A second Ctrl-C ends it at once.
    if (abort.received !== undefined) process.exit(130);
    abort.received = name;
    controller.abort(new Error(`stopped by ${name}`));
  };
  const abort: SignalAbort = {
    signal: controller.signal,
    received: undefined,
    dispose: () => process.off('SIGINT', listener).off('SIGTERM', listener),
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return abort;
}
