import { percent, phraseOf, plain } from './phrase.ts';
import { wordsFor } from './words.ts';

export interface Part {
  feature: string;
  value: number | null;
  contribution: number;
}

export interface Verdict {
  score: number;
  label: 0 | 1;
  /** What a row would be labelled of which nothing is known. */
  usual: 0 | 1;
}

/** A topic that weighs less than this share of the heaviest is not worth a word. */
const WORTH = 0.1;
const [MOST_REASONS, MOST_OBJECTIONS] = [3, 2];

/**
 * Why a row is at risk, or is not, for people who know stores and no models. What stands behind "because of" moved the
 * score towards the label, what stands behind "in spite of" away from it: of each topic (stock, sales, promotion ...) its
 * features' sum counts, and the one named is the weightiest of those that moved it that way.
 */
export function sentenceOf(parts: readonly Part[], { score, label, usual }: Verdict): string {
  const topics = withoutRepeats(topicsOf(parts), parts);
  const heaviest = Math.max(0, ...topics.map(({ sum }) => Math.abs(sum)));
  const worth = topics.filter(({ sum }) => Math.abs(sum) >= WORTH * heaviest && sum !== 0);
  const towards = label === 1 ? 1 : -1;
  const told = (sign: number, most: number): string[] =>
    worth
      .filter(({ sum }) => sum * sign > 0)
      .slice(0, most)
      .map((topic) => tell(topic, parts));
  const reasons = told(towards, MOST_REASONS);
  const objections = told(-towards, MOST_OBJECTIONS);
  const lead = `${label === 1 ? 'At risk' : 'Not at risk'} (${percent(score)})`;
  return `${lead}${because(reasons, label === usual)}${inSpiteOf(objections)}.`;
}

function because(reasons: string[], isUsual: boolean): string {
  if (reasons.length > 0) return `, because of ${listed(reasons)}`;
  return isUsual ? ', as is usual' : '';
}

function inSpiteOf(objections: string[]): string {
  return objections.length === 0 ? '' : `, in spite of ${listed(objections)}`;
}

interface Topic {
  sum: number;
  lead: Part;
}

/** The heaviest first. */
function topicsOf(parts: readonly Part[]): Topic[] {
  const byTopic = Map.groupBy(parts, ({ feature }) => wordsFor(feature).topic);
  const topics = Array.from(byTopic.values(), (members) => {
    const sum = members.reduce((total, { contribution }) => total + contribution, 0);
    const lead = members.toSorted((a, b) => Math.sign(sum) * (b.contribution - a.contribution))[0]!;
    return { sum, lead };
  });
  return topics.toSorted((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/** Sales that are told beside the stock are not told again. */
function withoutRepeats(topics: Topic[], parts: readonly Part[]): Topic[] {
  const besideStock = topics.some(({ sum, lead }) => stockAgainstSales(sum, lead, parts) !== undefined);
  return besideStock ? topics.filter(({ lead }) => lead.feature !== 'sales_roll7_avg') : topics;
}

function tell({ sum, lead }: Topic, parts: readonly Part[]): string {
  return stockAgainstSales(sum, lead, parts) ?? phraseOf(wordsFor(lead.feature), lead.value);
}

/**
 * Stock means something only beside sales. Said where the ratio of the two is what counts, and the one that is sent is
 * theirs; or where both moved the score the same way.
 */
function stockAgainstSales(sum: number, lead: Part, parts: readonly Part[]): string | undefined {
  const inventory = parts.find(({ feature }) => feature === 'inventory');
  const sales = parts.find(({ feature }) => feature === 'sales_roll7_avg');
  if (inventory?.value == null || sales?.value == null) return undefined;
  const both = `inventory ${plain(inventory.value)} against sales of ${plain(sales.value)} a day`;
  if (lead === inventory) return sales.contribution * sum > 0 ? both : undefined;
  if (lead.feature !== 'inv_to_sales_ratio' || lead.value === null) return undefined;
  const ratio = inventory.value / (sales.value + 1);
  return Math.abs(ratio - lead.value) <= 0.01 * Math.max(1, Math.abs(ratio)) ? both : undefined;
}

function listed(phrases: readonly string[]): string {
  const last = phrases.at(-1)!;
  return phrases.length === 1 ? last : `${phrases.slice(0, -1).join(', ')} and ${last}`;
}
