/** Notes and tags with who brought them, where that was somebody else. */
import type { MergedAnnotations } from '../../runs/mergeAnnotations.ts';
import type { RunSummary } from '../../runs/runSummary.ts';
import type { ShowOutput } from '../output/showOutput.ts';

export function noteText({ note }: RunSummary, { broughtBy }: MergedAnnotations): string | undefined {
  return note === undefined ? undefined : `${note}${fromText(broughtBy?.note)}`;
}

export function tagsText({ tags }: RunSummary, { broughtBy }: MergedAnnotations): string {
  return tags.map(tag => `${tag}${fromText(broughtBy?.tags.get(tag))}`).join(', ');
}

/** The same for `show --json`. */
export function annotationsBy({ broughtBy }: MergedAnnotations): ShowOutput['annotationsBy'] {
  if (broughtBy === undefined) return undefined;
  const { tags, ...rest } = broughtBy;
  return { ...rest, ...(tags.size === 0 ? {} : { tags: Object.fromEntries(tags) }) };
}

function fromText(by: string | undefined): string {
  return by === undefined ? '' : ` (from ${by === '' ? 'somebody without a name' : by})`;
}
