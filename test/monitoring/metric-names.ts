/** Words of PromQL that stand where a metric could, without a parenthesis behind. */
const KEYWORDS = new Set(['and', 'or', 'unless', 'offset', 'bool', 'inf', 'nan']);

/** The names of the metrics that a PromQL expression reads. */
export function metricsOf(expr: string): string[] {
  const bare = expr
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replaceAll(/\boffset\s+\S+/g, ' ');
  const words = bare.matchAll(/(?<![\w:.])[A-Za-z_:][\w:]*(?!\w)(?!\s*\()/g);
  return [...new Set([...words].map(([word]) => word))].filter((word) => !KEYWORDS.has(word.toLowerCase()));
}
