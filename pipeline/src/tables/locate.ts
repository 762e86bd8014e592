import { openStorage } from '@stockout/storage';
import { type PipelineContext, storageOf } from '../context.ts';
import type { TableLocation } from './log.ts';

/** A table by the name that a manifest gives it: relative to the storage, or an absolute URI. */
export function locateTable(context: PipelineContext, name: string): TableLocation {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    return { storage: openStorage(name, { signal: context.signal }), path: '', name };
  return { storage: storageOf(context), path: name.replace(/\/+$/, ''), name };
}
