import type { Action, AddFile, Metadata, Protocol, RemoveFile, Transaction } from './actions.ts';

/** What a log's actions add up to. */
export interface TableState {
  protocol?: Protocol;
  metadata?: Metadata;
  /** The table's files, by path. */
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
    state.files.delete(remove.path);
    state.tombstones.set(remove.path, remove);
  }
  if (add) {
    state.files.set(add.path, add);
    state.tombstones.delete(add.path);
  }
}
