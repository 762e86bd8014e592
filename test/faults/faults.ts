import { seededRandom } from '../../pipeline/src/train/seeded-random.ts';
import { type Asked, type Fault, isList, isWrite } from './fault.ts';

/** Of each kind of fault one that follows from a seed. */
export const FAULTS: Record<string, (seed: number) => Fault> = {
  conflict: conflictOnEveryUpdateOnce,
  burst: bursts,
  'lost-request': (seed) => sometimes(seed, 0.25, isWrite, { do: 'lose-request' }),
  'lost-answer': (seed) => sometimes(seed, 0.25, isWrite, { do: 'lose-answer' }),
  'cut-answer': (seed) => ({
    ...sometimes(seed, 0.25, () => true, { do: 'cut-answer' }),
    refusesStreams: true,
  }),
  'late-events': lateEvents,
  'twice-events': twiceEvents,
  'dropped-events': (seed) => droppedEvents(seed, false),
  'stale-lists': (seed) => droppedEvents(seed, true),
  everything,
};

/** As if someone else had written each object a moment before. */
function conflictOnEveryUpdateOnce(): Fault {
  const seen = new Set<string>();
  return {
    treat(asked) {
      const isUpdate = asked.method === 'PUT' || asked.method === 'PATCH';
      if (!isUpdate || seen.has(asked.path)) return undefined;
      seen.add(asked.path);
      return { do: 'answer', code: 409, reason: 'Conflict' };
    },
  };
}

/** The longest that a server is unwell. */
const BURST_MS = 500;

/** Now and then some requests in a row are too many, or meet a server that is unwell. */
function bursts(seed: number): Fault {
  const random = seededRandom(seed);
  let left = 0;
  let over = 0;
  let code = 429;
  return {
    treat() {
      // Else who waits longer and longer between its requests would meet one burst for minutes.
      if (performance.now() > over) left = 0;
      if (left === 0 && random() < 0.1) {
        left = 1 + Math.floor(random() * 6);
        over = performance.now() + BURST_MS;
        code = random() < 0.5 ? 429 : 500;
      }
      if (left === 0) return undefined;
      left--;
      const answer = { do: 'answer' as const, code };
      if (code === 500) return { ...answer, reason: 'InternalError' };
      const wait = random() < 0.3 ? { retryAfterSeconds: 1 } : {};
      return { ...answer, reason: 'TooManyRequests', ...wait };
    },
  };
}

function sometimes(
  seed: number,
  share: number,
  applies: (asked: Asked) => boolean,
  treatment: NonNullable<ReturnType<NonNullable<Fault['treat']>>>,
): Fault {
  const random = seededRandom(seed);
  return { treat: (asked) => (applies(asked) && random() < share ? treatment : undefined) };
}

/** Each kind's watch is late in its own way: what is seen of one kind is older than what is seen of another. */
function lateEvents(seed: number): Fault {
  const random = seededRandom(seed);
  return { treatEvent: () => ({ do: 'pass', afterMs: Math.floor(random() ** 3 * 250), times: 1 }) };
}

function twiceEvents(seed: number): Fault {
  const random = seededRandom(seed);
  return { treatEvent: () => ({ do: 'pass', afterMs: 0, times: random() < 0.5 ? 2 : 1 }) };
}

/** @param stale the list that follows is as old as the first one */
function droppedEvents(seed: number, stale: boolean): Fault {
  const random = seededRandom(seed);
  return {
    refusesStreams: stale,
    treatEvent: () =>
      random() < 0.15 ? { do: 'drop', expireAfterMs: Math.floor(random() * 100) } : undefined,
    treat: (asked) => (stale && isList(asked) && random() < 0.5 ? { do: 'answer-of-old' } : undefined),
  };
}

/** All of it, more seldom. */
function everything(seed: number): Fault {
  const random = seededRandom(seed);
  const treatments = ['lose-request', 'lose-answer', 'cut-answer', 'answer-of-old'] as const;
  return {
    refusesStreams: random() < 0.5,
    treat(asked) {
      if (random() > 0.1) return undefined;
      const chosen = treatments[Math.floor(random() * treatments.length)] ?? 'lose-answer';
      if (chosen === 'answer-of-old' && !isList(asked))
        return { do: 'answer', code: 500, reason: 'InternalError' };
      return { do: chosen };
    },
    treatEvent() {
      if (random() < 0.05) return { do: 'drop', expireAfterMs: 20 };
      return { do: 'pass', afterMs: Math.floor(random() ** 3 * 100), times: random() < 0.1 ? 2 : 1 };
    },
  };
}
