import process from 'node:process';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: Level, message: string, fields?: Record<string, unknown>) => void;

/** One JSON object a line; debug lines only with DEBUG set. */
export const logToStderr: Log = (level, message, fields = {}) => {
  if (level === 'debug' && !process.env['DEBUG']) return;
  const line = { time: new Date().toISOString(), level, message, ...fields };
  process.stderr.write(`${JSON.stringify(line)}\n`);
};
