import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';

/**
 * Where a field stands in its document; where it is missing, what should hold it.
 * @param field such as spec.gates[0].metric
 * @returns characters from the beginning of the text
 */
export function offsetOf(document: Document.Parsed, field: string): number {
  let node: unknown = document.contents;
  let rest = field;
  let offset = startOf(node) ?? document.range[0];
  while (rest !== '') {
    const step = stepInto(document, node, rest);
    if (step === undefined) break;
    offset = step.offset ?? offset;
    ({ node, rest } = step);
  }
  return offset;
}

interface Step {
  node: unknown;
  rest: string;
  offset: number | undefined;
}

function stepInto(document: Document.Parsed, node: unknown, rest: string): Step | undefined {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    const [matched, index] = /^\[(\d+)\]\.?/.exec(rest) ?? [];
    const item = index === undefined ? undefined : target.items[Number(index)];
    return item && matched
      ? { node: item, rest: rest.slice(matched.length), offset: startOf(item) }
      : undefined;
  }
  return isMap(target) ? stepIntoMap(target.items, rest) : undefined;
}

/** A key may hold dots itself (example.com/ttl), so the longest that fits is meant. */
function stepIntoMap(pairs: readonly Pair[], rest: string): Step | undefined {
  const found = pairs
    .map((pair) => ({
      pair,
      length: matchedBy(String(isScalar(pair.key) ? pair.key.value : pair.key), rest),
    }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)[0];
  if (found === undefined) return undefined;
  const { key, value } = found.pair;
  return { node: value, rest: rest.slice(found.length).replace(/^\./, ''), offset: startOf(key) };
}

/** How much of a path a key takes: `name`, or `[name]` as rules on maps have it. */
function matchedBy(key: string, rest: string): number {
  if (rest.startsWith(`[${key}]`)) return key.length + 2;
  if (!rest.startsWith(key)) return 0;
  return ['', '.', '['].includes(rest.charAt(key.length)) ? key.length : 0;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
