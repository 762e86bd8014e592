const ADMIN_PORT = 9090;
/** More than any report takes. */
const MOST_BYTES = 4 * 2 ** 20;
const TIMEOUT_MS = 3_000;

export interface Sent {
  method: string;
  path: string;
  /** Sent as JSON. */
  body?: object;
  timeoutMs?: number;
  /** A status besides 2xx that is an answer too. */
  expected?: number;
}

export interface Received {
  status: number;
  text: string;
  /** Undefined where it is none. */
  json: unknown;
}

/**
 * One exchange with a pod's admin port, bounded in time and size.
 * @throws Error whose message says in few words, the same ones each time, what went wrong: conditions show it
 */
export async function exchange(
  ip: string,
  sent: Sent,
  signal: AbortSignal,
  port = ADMIN_PORT,
): Promise<Received> {
  const { status, text } = await send(`http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`, sent, signal);
  if ((status < 200 || status > 299) && status !== sent.expected) throw new Error(refusal(status, text));
  return { status, text, json: parse(text) };
}

async function send(
  origin: string,
  { method, path, body, timeoutMs = TIMEOUT_MS }: Sent,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(origin + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: response.status, text: await readText(response) };
  } catch (error) {
    throw new Error(`its admin port cannot be asked: ${why(error)}`, { cause: error });
  }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('its answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === 'string' ? cause.code : error.message;
}

/** A problem (RFC 9457) says what in its detail. */
function refusal(status: number, text: string): string {
  const { detail } = (parse(text) ?? {}) as { detail?: unknown };
  return typeof detail === 'string' ? `${status}: ${detail.slice(0, 200)}` : `it answered ${status}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
