/** How a write is asked for, in the words of the query string. */
export interface WriteOptions {
  /** fieldManager, or what the user agent is called. */
  manager: string;
  /** dryRun=All: everything is judged, nothing stored. */
  dryRun?: boolean;
  fieldValidation?: 'Ignore' | 'Strict' | 'Warn';
  /** Of server-side apply: take over what others own. */
  force?: boolean;
  subresource?: 'scale' | 'status';
  /** Told of unknown fields; they are sent as Warning headers. */
  warn?: (text: string) => void;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
}

export type PatchType = 'json' | 'merge' | 'strategic';

/** Which object: of which kind, where, called what. */
export interface Target {
  namespace?: string;
  name: string;
}
