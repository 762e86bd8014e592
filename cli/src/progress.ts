import process from 'node:process';
import type { Progress } from '@stockout/pipeline';
import { Listr, ListrLogger, type ListrTask, ProcessOutput } from 'listr2';
import { type JobLog, jobLog } from './job-log.ts';

/** Tells where the current step stands. */
export type Report = (progress: Progress) => void;

/** Tasks told on a stream: with a spinner and a bar on a terminal, as plain lines elsewhere (a pod's log, a pipe). */
export function taskList<Context>(
  tasks: ListrTask<Context>[],
  context: Context,
  stream: NodeJS.WriteStream,
): Listr<Context> {
  const logger = new TitleLogger({ processOutput: new ProcessOutput(stream, stream) });
  return new Listr<Context, 'default' | 'simple'>(tasks, {
    ctx: context,
    renderer: stream.isTTY ? 'default' : 'simple',
    rendererOptions: { logger, showErrorMessage: false },
    registerSignalListeners: false,
  }) as Listr<Context>;
}

/** Says of a task that failed that it did; why is said once, by the command. */
class TitleLogger extends ListrLogger {
  override log(...[level, message, options]: Parameters<ListrLogger['log']>): void {
    super.log(level, message, level === 'FAILED' ? undefined : options);
  }
}

/** How to report on a task: every change on a terminal, a few lines elsewhere. */
export function reporter(task: { output: string }, stream: NodeJS.WriteStream): Report {
  const say = stream.isTTY ? describe : sparsely();
  return (progress) => {
    const line = say(progress);
    if (line !== undefined) task.output = line;
  };
}

/**
 * Runs one long piece of work under a title. Progress goes to standard error: standard output carries the
 * result, for pipes and --json.
 */
export async function withProgress<T>(title: string, work: (report: Report) => Promise<T>): Promise<T> {
  const log = jobLog();
  if (log !== undefined) return loggedProgress(log, title, work);
  const context: { result?: T } = {};
  const task: ListrTask<typeof context> = {
    title,
    task: async (done, wrapper) => {
      done.result = await work(reporter(wrapper, process.stderr));
    },
  };
  await taskList([task], context, process.stderr).run();
  return context.result as T;
}

async function loggedProgress<T>(
  log: JobLog,
  title: string,
  work: (report: Report) => Promise<T>,
): Promise<T> {
  const say = sparsely();
  log('info', title);
  return work((progress) => {
    const line = say(progress);
    if (line !== undefined) log('info', line);
  });
}

const BAR_WIDTH = 24;

/** One line of progress: the step, and where it counts, a bar and figures; below 80 columns. */
export function describe({ step, done, total }: Progress): string {
  if (done === undefined || total === undefined || total === 0) return step;
  const filled = Math.round(Math.min(1, done / total) * BAR_WIDTH);
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
  return `${step} [${bar}] ${done}/${total}`;
}

/** For logs: a line when the step changes and one at each quarter of it. */
export function sparsely(): (progress: Progress) => string | undefined {
  let last = '';
  return ({ step, done, total }) => {
    const quarter = done === undefined || !total ? 0 : Math.floor((4 * done) / total);
    const key = `${step} ${quarter}`;
    if (key === last) return undefined;
    last = key;
    return quarter === 0 ? step : `${step} ${done}/${total}`;
  };
}
