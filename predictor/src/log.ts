import { pino } from 'pino';

export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void;

/** Of lines that cannot be written: what is more is lost. */
const HELD_BYTES = 2 ** 20;

/** Written at once, so that the last words of a process that dies are there. */
const stderr = pino.destination({ dest: 2, sync: true, maxLength: HELD_BYTES });
// The disk behind it may be full, and whoever reads it gone: nobody's request fails for that.
stderr.on('error', () => {});

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
