import type { Action, AddFile, Metadata, Protocol, RemoveFile, Transaction } from './actions.ts';
import { vectorId } from './deletion-vector.ts';

/** What a log's actions add up to. */
export interface TableState {
  protocol?: Protocol;
  metadata?: Metadata;
  /** The table's files: by path, or by path and deletion vector where they have one. */
  files: Map<string, AddFile>;
  /** Files that were removed: other writers' vacuum waits for their time to pass. */
  tombstones: Map<string, RemoveFile>;
  transactions: Map<string, Transaction>;
}

export function emptyState(): TableState {
  return { files: new Map(), tombstones: new Map(), transactions: new Map() };
}

/** The state after one commit (or checkpoint) more; the given state is left as it is. */
export function replay(state: TableState, actions: Iterable<Action>): TableState {
  const next: TableState = {
    ...state,
    files: new Map(state.files),
    tombstones: new Map(state.tombstones),
    transactions: new Map(state.transactions),
  };
  for (const action of actions) apply(next, action);
  return next;
}

function apply(state: TableState, { protocol, metaData, add, remove, txn }: Action): void {
  if (protocol) state.protocol = protocol;
  if (metaData) state.metadata = metaData;
  if (txn) state.transactions.set(txn.appId, txn);
  if (remove) {
    state.files.delete(fileKey(remove));
    state.tombstones.set(fileKey(remove), remove);
  }
  if (add) {
    state.files.set(fileKey(add), add);
    state.tombstones.delete(fileKey(add));
  }
}

/**
 * A file with other rows taken away is another: one commit adds it and removes what it was, in any order. No path has
 * a line's end in it, which would be encoded.
 */
function fileKey({ path, deletionVector }: AddFile | RemoveFile): string {
  return deletionVector ? `${path}\n${vectorId(deletionVector)}` : path;
}
