/** A request of the operator, as the proxy has it in hand. */
export interface Asked {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
}

export const isWatch = ({ query }: Asked): boolean => query.get('watch') === 'true';
export const isWrite = ({ method }: Asked): boolean => method !== 'GET';
/** Of a collection; what a watch goes on from. */
export const isList = (asked: Asked): boolean =>
  asked.method === 'GET' && !isWatch(asked) && asked.query.has('limit');

/** A watch that brings what is there first. */
export const isStream = (asked: Asked): boolean =>
  isWatch(asked) && asked.query.get('sendInitialEvents') === 'true';

/** What becomes of a request that is no watch. */
export type Treatment =
  | { do: 'answer'; code: number; reason: string; retryAfterSeconds?: number }
  /** The connection is cut; the server never hears of it. */
  | { do: 'lose-request' }
  /** The server does what it is asked to, and nobody hears of that. */
  | { do: 'lose-answer' }
  /** The first half of the answer, then the connection is cut. */
  | { do: 'cut-answer' }
  /** What the server answered to the same request at the beginning. */
  | { do: 'answer-of-old' };

/** What becomes of an event of a watch. */
type EventTreatment =
  | { do: 'pass'; afterMs: number; times: number }
  /** It never comes; some time later the server says that the history is gone. */
  | { do: 'drop'; expireAfterMs: number };

export interface Fault {
  /** The server streams nothing of what is there, as those of before: it is listed. */
  refusesStreams?: boolean;
  /** Undefined: the request passes. Called for each request that is no watch, in the order of their arrival. */
  treat?(asked: Asked): Treatment | undefined;
  /** Undefined: the event passes. */
  treatEvent?(): EventTreatment | undefined;
  /** Called with each answer of the server, but for those of watches. */
  answered?(asked: Asked, code: number, body: Buffer): void;
}
