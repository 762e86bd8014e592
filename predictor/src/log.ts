import { pino } from 'pino';

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** Written at once, so that the last words of a process that dies are there. */
const stderr = pino.destination({ dest: 2, sync: true });

const logger = pino(
  {
    // Neither the process nor the host: what collects the log knows both.
    base: null,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  },
  stderr,
);

/** One JSON line on standard error: starts, stops and errors; requests are counted, not logged. */
export const logToStderr: Log = (level, message, fields = {}) => logger[level](fields, message);
