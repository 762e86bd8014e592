/** The actions of a Delta log that this project reads and writes, as its protocol names them. */
export interface Action {
  protocol?: Protocol;
  metaData?: Metadata;
  add?: AddFile;
  remove?: RemoveFile;
  txn?: Transaction;
  commitInfo?: CommitInfo;
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
  deletionVector?: object | null;
}

export interface RemoveFile {
  path: string;
  deletionTimestamp?: number | null;
  dataChange: boolean;
  extendedFileMetadata?: boolean | null;
  partitionValues?: Record<string, string | null> | null;
  size?: number | null;
  tags?: Record<string, string> | null;
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
