import { EventEmitter } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';

/** Longer lines are cut into parts, so that a process without line ends cannot fill the memory. */
const LONGEST = 16 * 1024;

/** One run of a container: what it wrote, a line each with its time and stream. */
export class LogFile extends EventEmitter<{ line: [string]; end: [] }> {
  readonly path: string;
  readonly #stream: WriteStream;
  #open = 0;
  ended = false;

  constructor(path: string) {
    super();
    this.setMaxListeners(0);
    this.path = path;
    this.#stream = createWriteStream(path, { flags: 'a' });
  }

  /** Takes in what a process writes. */
  collect(source: Readable, name: 'stderr' | 'stdout'): void {
    let rest = '';
    this.#open += 1;
    source.setEncoding('utf8');
    source.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#write(name, line);
      for (; rest.length > LONGEST; rest = rest.slice(LONGEST)) this.#write(name, rest.slice(0, LONGEST));
    });
    source.on('close', () => {
      if (rest !== '') this.#write(name, rest);
      this.#open -= 1;
      if (this.#open === 0) this.#finish();
    });
    source.on('error', () => {});
  }

  #write(name: string, line: string): void {
    const whole = `${new Date().toISOString()} ${name} F ${line}`;
    this.#stream.write(`${whole}\n`);
    this.emit('line', whole);
  }

  #finish(): void {
    this.#stream.end(() => {
      this.ended = true;
      this.emit('end');
    });
  }

  /** Resolves when everything is on disk. */
  async finished(): Promise<void> {
    if (!this.ended) await new Promise<void>((resolve) => this.once('end', resolve));
  }
}

export interface LogOptions {
  tailLines?: number;
  /** Only what was written since, milliseconds. */
  since?: number;
  timestamps?: boolean;
}

/** The lines of a log as `kubectl logs` shows them. */
export async function readLog(path: string, { tailLines, since, timestamps }: LogOptions): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .filter(
      (line) => line !== '' && (since === undefined || Date.parse(line.split(' ', 1)[0] ?? '') >= since),
    );
  const tail = tailLines === undefined ? lines : tailLines === 0 ? [] : lines.slice(-tailLines);
  return tail.map((line) => showLine(line, timestamps));
}

/** Without the stream's name; with the time only when it is asked for. */
export function showLine(line: string, timestamps = false): string {
  const [time = '', , , ...words] = line.split(' ');
  const text = words.join(' ');
  return timestamps ? `${time} ${text}` : text;
}
