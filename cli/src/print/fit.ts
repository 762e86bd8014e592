/** What terminals are wide, and what a mail or a ticket shows unbroken. */
export const WIDTH = 80;

/** A list that goes on in further, indented lines where one is too short. */
export function listed(head: string, items: readonly string[]): string {
  const lines = [head];
  items.forEach((item, i) => {
    const word = i === items.length - 1 ? item : `${item},`;
    const last = lines.at(-1) as string;
    if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`  ${word}`);
  });
  return lines.join('\n');
}

/** A value at most so wide, by whole characters: an emoji is not cut in two. */
export function shortened(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}
