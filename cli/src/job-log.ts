import process from 'node:process';

export type JobLog = (level: 'info' | 'error', message: string, fields?: object) => void;

let log: JobLog | undefined;

/** From here on this process logs as the operator and the predictors do: it is a Job's container, nobody watches it. */
export function logAsJob(): void {
  log = (level, message, fields = {}) => {
    const line = { time: new Date().toISOString(), level, message, ...fields };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  };
}

/** JSON lines on standard error; undefined where a person reads. */
export function jobLog(): JobLog | undefined {
  return log;
}
