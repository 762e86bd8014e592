import {
  LAST_CHECKPOINT,
  type TableLocation,
  checkpointKey,
  checkpointPartKey,
  isCheckpoint,
  keyIn,
} from './log.ts';
import { ifThere } from './log-commits.ts';

/** What a writer noted as its last checkpoint. A hint is no more than that: another may be newer, or it may be gone. */
export interface CheckpointHint {
  version: number;
  /** Of its files, sidecars aside. */
  keys: string[];
}

/** @returns undefined when there is none, or none that is understood: others may have written it in a way of their own, or half */
export async function readHint(location: TableLocation): Promise<CheckpointHint | undefined> {
  const hint = await parsed(location);
  if (hint === undefined || !isVersion(hint.version)) return undefined;
  return { version: hint.version, keys: keysOf(location, hint.version, hint) };
}

/** As it is written: whatever it is. */
interface Written {
  version?: unknown;
  /** Of a classic one in several files. */
  parts?: unknown;
  /** Of one of the second spec: its name in the log's folder. */
  v2Checkpoint?: { path?: unknown } | null;
}

async function parsed(location: TableLocation): Promise<Written | undefined> {
  const bytes = await ifThere(location.storage.read(keyIn(location, LAST_CHECKPOINT)));
  if (bytes === undefined) return undefined;
  try {
    return (JSON.parse(Buffer.from(bytes).toString('utf8')) as Written | null) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isVersion(version: unknown): version is number {
  return Number.isSafeInteger(version) && (version as number) >= 0;
}

/** Nobody makes more; a hint that says so is damaged. */
const MAX_PARTS = 100_000;

function keysOf(location: TableLocation, version: number, { parts, v2Checkpoint }: Written): string[] {
  if (typeof v2Checkpoint?.path === 'string') {
    const key = keyIn(location, `_delta_log/${v2Checkpoint.path}`);
    if (isCheckpoint(location, key)) return [key];
  }
  if (!isVersion(parts) || parts === 0 || parts > MAX_PARTS) return [checkpointKey(location, version)];
  return Array.from({ length: parts }, (_, i) => checkpointPartKey(location, version, i + 1, parts));
}
