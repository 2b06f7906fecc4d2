/** Sentences for people, folded between words. Invariant: a line is wider than asked only where one word is. */
import { printable } from './printable.ts';
import { textWidth } from './textWidth.ts';

/** `heading` and the items, with commas; further lines are indented. Ended by a newline. */
export function wrapList(heading: string, items: readonly string[], width: number): string {
  let text = heading;
  let used = textWidth(heading);
  items.map(printable).forEach((item, at) => {
    const word = at < items.length - 1 ? `${item},` : item;
    const folds = at > 0 && used + 1 + textWidth(word) > width;
    text += folds ? `\n  ${word}` : ` ${word}`;
    used = (folds ? 1 : used) + 1 + textWidth(word);
  });
  return `${text}\n`;
}
