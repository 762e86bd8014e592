/** The actions of a Delta log that this project reads and writes, as its protocol names them. */
export interface Action {
  protocol?: Protocol;
  metaData?: Metadata;
  add?: AddFile;
  remove?: RemoveFile;
  txn?: Transaction;
  commitInfo?: CommitInfo;
  /** In checkpoints alone: where the rest of one lies. */
  sidecar?: Sidecar;
}

export interface Protocol {
  minReaderVersion: number;
  minWriterVersion: number;
  readerFeatures?: string[] | null;
  writerFeatures?: string[] | null;
}

export interface Metadata {
  id: string;
  name?: string | null;
  description?: string | null;
  format: { provider: string; options: Record<string, string> };
  /** The schema as JSON; see schema.ts. */
  schemaString: string;
  partitionColumns: string[];
  configuration: Record<string, string>;
  createdTime?: number | null;
}

export interface AddFile {
  /** Relative to the table and URL-encoded. */
  path: string;
  partitionValues: Record<string, string | null>;
  size: number;
  modificationTime: number;
  dataChange: boolean;
  /** JSON: {numRecords, minValues, maxValues, nullCount}. */
  stats?: string | null;
  tags?: Record<string, string> | null;
  deletionVector?: DeletionVector | null;
}

/** Which rows of a data file are not in the table any more. With its file it is what the log adds and removes. */
export interface DeletionVector {
  /** u: a file named by a UUID; p: a file by its whole path; i: in the log itself. */
  storageType: string;
  /** u: a folder, if any, and the UUID in Z85; p: the URL-encoded path; i: the bytes in Z85. */
  pathOrInlineDv: string;
  /** Where in the file it begins; default: 0. */
  offset?: number | null;
  /** Of what is serialized, without its frame. */
  sizeInBytes: number;
  /** How many rows it takes away. */
  cardinality: number;
}

export interface RemoveFile {
  path: string;
  deletionTimestamp?: number | null;
  dataChange: boolean;
  extendedFileMetadata?: boolean | null;
  partitionValues?: Record<string, string | null> | null;
  size?: number | null;
  tags?: Record<string, string> | null;
  deletionVector?: DeletionVector | null;
}

/** A Parquet file of a checkpoint's adds and removes. */
interface Sidecar {
  /** URL-encoded; its last segment is the name in _delta_log/_sidecars. */
  path: string;
  sizeInBytes: number;
}

/** An application's own mark of progress: what makes a retried write a single one. */
export interface Transaction {
  appId: string;
  version: number;
  lastUpdated?: number | null;
}

interface CommitInfo {
  timestamp: number;
  operation: string;
  operationParameters: Record<string, string>;
  readVersion?: number;
  isBlindAppend: boolean;
  engineInfo: string;
  /** Of this very attempt: tells our commit from another's. */
  txnId: string;
}
