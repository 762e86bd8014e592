/** Where a request stands in a trace that somebody else began (W3C Trace Context). */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** Of the caller's own span, 16 hexadecimal digits. */
  spanId: string;
  /** Bit 0: the caller has it recorded. */
  flags: number;
}

const FORMAT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** @returns undefined for a header that is none: the trace begins anew then. Later versions may say more behind it. */
export function parseTraceparent(header: unknown): TraceParent | undefined {
  const found = typeof header === 'string' ? FORMAT.exec(header) : null;
  if (found === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', more] = found;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
}
