import { posix } from 'node:path';
import type { StockoutModel } from '@stockout/crds';
import { type Finding, REASON } from '../conditions.ts';

const FILE_SCHEME = 'file://';
/** What our images live by. A volume at, in or above one of these would put other programs or settings in their place. */
const OF_IMAGES = [
  '/app',
  '/bin',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/opt/xgboost',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/tmp',
  '/usr',
  '/var/run',
];

/** A volume is mounted at the path of its URI, which people choose: never where it would change what runs. */
export function forbiddenStoragePath({ spec: { storage } }: StockoutModel): Finding | undefined {
  if (!storage.uri.startsWith(FILE_SCHEME)) return undefined;
  const path = pathOf(storage.uri);
  const taken = OF_IMAGES.find(
    (folder) => path === undefined || isWithin(path, folder) || isWithin(folder, path),
  );
  if (taken === undefined) return undefined;
  const why =
    path === undefined
      ? 'is no path (%25 stands for %)'
      : `would have a volume take the place of ${taken} of the images`;
  const message = `spec.storage.uri: ${storage.uri} ${why}: choose a folder such as file:///var/lib/stockout`;
  return { reason: REASON.pathNotAllowed, message };
}

/** As a mount sees it, without `..`; undefined where it cannot be read. */
function pathOf(uri: string): string | undefined {
  try {
    return posix.resolve('/', decodeURIComponent(uri.slice(FILE_SCHEME.length)));
  } catch {
    return undefined;
  }
}

function isWithin(path: string, folder: string): boolean {
  return !posix.relative(folder, path).startsWith('..');
}
