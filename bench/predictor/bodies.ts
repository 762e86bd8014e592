import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asArrow } from './many-rows.ts';
import { type Line, line } from './line.ts';
import { serveVersion } from './serving.ts';
import { asJson, type Setting } from './setting.ts';

const SIZES = [1e8, 1e9] as const;
/** The mark of the end of an Arrow stream. */
const END_BYTES = 8;

/** A body of any length: a head, so many parts as are wanted, a tail. */
interface Endless {
  name: string;
  type: string;
  head: Uint8Array;
  part: Uint8Array;
  tail: Uint8Array;
}

/** The most memory that a process takes for one body of 100 MB, and another for one of 1 GB, of each kind that streams. */
export async function measureBodies(setting: Setting): Promise<Line[]> {
  const lines: Line[] = [];
  for (const body of bodiesOf(setting)) {
    const [small, large] = [await stream(setting, body, SIZES[0]), await stream(setting, body, SIZES[1])];
    const course = `${small.rest.toFixed(0)} MB at rest, ${small.peak.toFixed(0)} for 100 MB, ${large.peak.toFixed(0)} for 1 GB in ${large.seconds.toFixed(0)} s`;
    const options = { digits: 0, unit: ' MB' };
    lines.push(
      line(`${body.name}: most memory for 1 GB beyond that at rest (${course})`, { atMost: 200 }, [large.peak - large.rest], options), // prettier-ignore
      line(`${body.name}: most memory for 1 GB, of that for 100 MB`, { atMost: 1.2 }, [
        large.peak / small.peak,
      ]),
    );
  }
  return lines;
}

async function stream(
  { uri }: Setting,
  body: Endless,
  bytes: number,
): Promise<{ rest: number; peak: number; seconds: number }> {
  await using ours = await serveVersion(uri);
  const rest = await ours.resident();
  const began = performance.now();
  const peak = await ours.peakDuring(() => send(`${ours.url}/predict/batch`, body, bytes));
  return { rest, peak, seconds: (performance.now() - began) / 1000 };
}

/** Sends, and reads the answer as it comes. @throws when it is refused or broken off */
async function send(url: string, { type, head, part, tail }: Endless, bytes: number): Promise<void> {
  const parts = Array.from({ length: Math.ceil(bytes / part.length) }, () => part);
  const sent = request(url, { method: 'POST', headers: { 'content-type': type } });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  await Promise.all([
    pipeline(Readable.from([head, ...parts, tail]), sent),
    answered.then(([each]) => take(each)),
  ]);
}

async function take(answer: IncomingMessage): Promise<void> {
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
  for await (const _ of answer) continue;
}

function text(lines: string[]): Buffer {
  return Buffer.from(lines.map((each) => `${each}\n`).join(''));
}

function bodiesOf(setting: Setting): Endless[] {
  const rows = JSON.parse(asJson(setting)) as Record<string, number | null>[];
  const nothing = Buffer.alloc(0);
  const arrow = asArrow(setting);
  const schema = END_BYTES + Buffer.from(arrow.buffer, arrow.byteOffset).readInt32LE(4);
  return [
    {
      name: 'NDJSON',
      type: 'application/x-ndjson',
      head: nothing,
      part: text(rows.map((row) => JSON.stringify(row))),
      tail: nothing,
    },
    {
      name: 'CSV',
      type: 'text/csv',
      head: text([setting.names.join()]),
      part: text(rows.map((row) => setting.names.map((name) => row[name] ?? '').join())),
      tail: nothing,
    },
    {
      name: 'Arrow',
      type: 'application/vnd.apache.arrow.stream',
      head: arrow.subarray(0, schema),
      part: arrow.subarray(schema, -END_BYTES),
      tail: arrow.subarray(-END_BYTES),
    },
  ];
}
