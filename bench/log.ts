// Opening a Delta table whose log is long, or whose files are many, beside delta-rs: in one process each, warm, in
// alternating turns; as processes, start included; and what the log is asked for besides: without its hint, with a stale
// one, an old version, commits with their checkpoints and the log's cleaning.
//
//   npm run bench -- log [--commits 100000] [--turns 15]
//
// delta-rs comes from the cache folder, as for `npm run test:tables`. "Open" is: the version and every file of it are known.
import { spawn, execFileSync } from 'node:child_process';
import { rm, mkdtemp } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openDuckDB } from '@stockout/features';
import { LAST_CHECKPOINT, type TableLocation } from '../pipeline/src/tables/log.ts';
import { loadSnapshot } from '../pipeline/src/tables/snapshot.ts';
import { commit } from '../pipeline/src/tables/table.ts';
import { DeltaRs } from '../test/tables/delta-rs.ts';
import { spread } from './figures/spread.ts';
import { makeLongLog } from './log/long-log.ts';

interface Opened {
  version: number;
  files: number;
  /** Of the wall clock, and of the CPU. */
  seconds: number;
  cpu: number;
}

const { values: asked } = parseArgs({
  options: { commits: { type: 'string', default: '100000' }, turns: { type: 'string', default: '15' } },
});
const [commits, turns] = [Number(asked.commits), Number(asked.turns)];
/** Of what takes longer. */
const few = Math.min(turns, 5);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const { python } = await DeltaRs.install();
const folder = await mkdtemp(join(tmpdir(), 'stockout-bench-'));
await using db = await openDuckDB();
const peer = startPeer();
try {
  console.log(`load average before: ${loadavg()[0]?.toFixed(1)}; ${turns} turns; median (range)`);
  for (const table of [
    { files: 10_000, commits: 20 },
    { files: 10_000, commits },
    { files: 100, commits },
  ]) {
    const location = await makeLongLog(db, join(folder, `${table.files}-${table.commits}`), table);
    console.log(`${table.files} files, ${table.commits} commits, a checkpoint every 10`);
    await compare('open', location, turns);
    await compareProcesses(location);
    if (table.files === 100) await askForMore(location);
    await rm(location.name, { recursive: true });
  }
} finally {
  peer.end();
  await rm(folder, { recursive: true });
}

/** What is rarer than opening the newest version by its hint. */
async function askForMore(location: TableLocation): Promise<void> {
  await compare('an old version', location, few, Math.floor(commits / 2) + 5);
  const hint = await location.storage.read(LAST_CHECKPOINT);
  const stale = Math.floor(commits / 20) * 10;
  await location.storage.put(LAST_CHECKPOINT, JSON.stringify({ version: stale, size: 1 }));
  await compare(`hint ${commits - stale} commits behind`, location, few);
  await location.storage.delete(LAST_CHECKPOINT);
  await compare('no hint', location, few);
  await location.storage.put(LAST_CHECKPOINT, hint);
  await commitSome(location);
}

async function compare(
  what: string,
  location: TableLocation,
  times: number,
  version?: number,
): Promise<void> {
  const [ours, theirs]: [Opened[], Opened[]] = [[], []];
  // Node compiles what it has run a few times: the first turns are not counted.
  for (let turn = -2; turn < times; turn++) {
    const [mine, its] = [await open(location, version), await peer.open(location.name, version)];
    if (mine.version !== its.version || mine.files !== its.files)
      throw new Error(`we see ${JSON.stringify(mine)}, delta-rs ${JSON.stringify(its)}`);
    if (turn < 0) continue;
    ours.push(mine);
    theirs.push(its);
  }
  console.log(`  ${what}: stockout ${told(ours)}; delta-rs ${told(theirs)}`);
}

async function open(location: TableLocation, version?: number): Promise<Opened> {
  const [before, started] = [process.cpuUsage(), performance.now()];
  const snapshot = await loadSnapshot(db, location, version);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { version: snapshot.version, files: snapshot.files.size, seconds, cpu: (user + system) / 1e6 };
}

function told(opened: readonly Opened[]): string {
  const of = (key: 'seconds' | 'cpu') => opened.map((each) => each[key] * 1000);
  return `${spread(of('seconds'), 1)} ms, CPU ${spread(of('cpu'), 1)} ms`;
}

/** From the start of a process to its end. */
async function compareProcesses(location: TableLocation): Promise<void> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < few; turn++) {
    ours.push(timed(process.execPath, [here('log/ours.ts'), location.name]));
    theirs.push(timed(python, [here('log/peer.py')], `${JSON.stringify([location.name, null])}\n`));
  }
  console.log(`  a process of its own: stockout ${spread(ours, 0)} ms; delta-rs ${spread(theirs, 0)} ms`);
}

function timed(program: string, args: string[], input?: string): number {
  const started = performance.now();
  execFileSync(program, args, { input });
  return performance.now() - started;
}

/** 30 appends of nothing, three of which make a checkpoint and look for what of the log is old enough to go. */
async function commitSome(location: TableLocation): Promise<void> {
  const [plain, checkpointed]: [number[], number[]] = [[], []];
  for (let i = 0; i < 30; i++) {
    const started = performance.now();
    const { snapshot } = await commit(db, location, async ({ metadata }) => ({
      operation: 'WRITE',
      operationParameters: {},
      fields: JSON.parse(metadata?.schemaString ?? '').fields,
      adds: [],
    }));
    (snapshot.version % 10 === 0 ? checkpointed : plain).push(performance.now() - started);
  }
  console.log(`  a commit: ${spread(plain, 1)} ms, with a checkpoint ${spread(checkpointed, 1)} ms`);
}

/** delta-rs in one process that stays. */
function startPeer(): { open(path: string, version?: number): Promise<Opened>; end(): void } {
  const child = spawn(python, [here('log/peer.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    open: async (path, version) => {
      child.stdin.write(`${JSON.stringify([path, version ?? null])}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error('delta-rs has ended');
      return JSON.parse(value) as Opened;
    },
    end: () => child.stdin.end(),
  };
}
